// SPDX-License-Identifier: MIT
//
// OpenSSL contexts of settings.
// Thread-safety: see the header.
#include "ssl/settings.hpp"

#include "ssl/host_name.hpp"
#include "ssl/openssl_error.hpp"
#include "ssl/system_certificates.hpp"

#include <netlite/ssl_exceptions.hpp>

#include <algorithm>
#include <stdexcept>

namespace netlite::ssl {

namespace {

// Forward secrecy and authenticated encryption.
constexpr const char* kDefaultCipherList = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr const char* kAllCipherList = "ALL:COMPLEMENTOFALL";
constexpr const char* kAllCipherSuites =
    "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_SHA256";

constexpr int kSecurityLevel = 2;          // no less than 112 bits: RSA from 2048, EC from 224, no SHA-1
constexpr long kMaxServerSessions = 1024;  // of clients with certificates

int versionOf(SSLProtocol protocol) { return protocol == SSLProtocol::tls12 ? TLS1_2_VERSION : TLS1_3_VERSION; }

void require(bool isDone) {
  if (isDone) return;
  throwIfOutOfMemory();
  throw SSLException(std::make_error_code(std::errc::protocol_error), "set up TLS", takeReason());
}

Notes& notesOf(const SSL* connection) { return *static_cast<Notes*>(SSL_get_app_data(connection)); }

// A callback of OpenSSL must not throw. What it cannot note for want of memory, OpenSSL's own reason stands in for.
template <typename Action>
void guarded(Action action) noexcept {
  try {
    action();
  } catch (...) {
    ERR_clear_error();
  }
}

int noteVerification(int isAccepted, X509_STORE_CTX* chain) {
  if (isAccepted == 1) return 1;
  const auto* const connection =
      static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
  guarded([&] {
    Notes& notes = notesOf(connection);
    notes.refusal = verificationReason(X509_STORE_CTX_get_error(chain), X509_STORE_CTX_get_current_cert(chain),
                                       notes.host, X509_STORE_CTX_get_error_depth(chain) == 0);
  });
  return 0;
}

// The connection has the default identity from its context.
int chooseIdentity(SSL* connection, void* data) {
  const char* const name = SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name);
  int isChosen = 0;
  guarded([&] {
    const auto& setup = *static_cast<const Setup*>(data);
    const Identity* const identity = setup.identityFor(name);
    if (identity == nullptr) notesOf(connection).refusal = "no certificate loaded";
    const bool isDefault = identity == setup.settings().identity.get();
    isChosen = identity != nullptr && (isDefault || use(connection, *identity)) ? 1 : 0;
  });
  return isChosen;
}

int chooseApplicationProtocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                              unsigned int offeredSize, void* setup) {
  const std::string& own = static_cast<const Setup*>(setup)->settings().applicationProtocols;
  const int result = SSL_select_next_proto(const_cast<unsigned char**>(chosen), size,
                                           reinterpret_cast<const unsigned char*>(own.data()),
                                           static_cast<unsigned int>(own.size()), offered, offeredSize);
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

// Returns whether the session is kept, and thus owned.
int keepSession(SSL* connection, SSL_SESSION* session) {
  int isKept = 0;
  guarded([&] {
    const Notes& notes = notesOf(connection);
    OwnedSession owned(session);
    isKept = 1;  // from here on it is released here, whatever happens
    notes.setup->sessions().put(notes.server, std::move(owned));
  });
  return isKept;
}

// The name that tells the sessions of a context apart from those of another program; OpenSSL requires one.
void setSessionId(SSL_CTX* context) {
  constexpr unsigned char kName[] = "netlite";
  require(SSL_CTX_set_session_id_context(context, kName, sizeof kName - 1) == 1);
}

struct KnownCipher {
  std::string name;
  bool isOfTls13;
};

std::vector<KnownCipher> knownCiphers() {
  const OwnedContext context = newContext(TLS_method());
  require(SSL_CTX_set_cipher_list(context.get(), kAllCipherList) == 1);
  require(SSL_CTX_set_ciphersuites(context.get(), kAllCipherSuites) == 1);
  const OwnedSsl connection(orBadAlloc(SSL_new(context.get())));
  STACK_OF(SSL_CIPHER)* const supported = SSL_get1_supported_ciphers(connection.get());
  std::vector<KnownCipher> known;
  for (int i = 0; i < sk_SSL_CIPHER_num(supported); ++i) {
    const SSL_CIPHER* const cipher = sk_SSL_CIPHER_value(supported, i);
    known.push_back({SSL_CIPHER_get_name(cipher), std::string(SSL_CIPHER_get_version(cipher)) == "TLSv1.3"});
  }
  sk_SSL_CIPHER_free(supported);
  return known;
}

}  // namespace

OwnedContext newContext(const SSL_METHOD* method) {
  OwnedContext context(orBadAlloc(SSL_CTX_new(method)));
  SSL_CTX_set_security_level(context.get(), kSecurityLevel);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_clear_options(context.get(), SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
  require(SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) == 1);
  require(SSL_CTX_set_max_early_data(context.get(), 0) == 1);
  return context;
}

void setCipherSuites(Settings& settings, const std::string& list) {
  if (list.empty()) throw std::invalid_argument("list of cipher suites is empty");
  const std::vector<KnownCipher> known = knownCiphers();
  std::string of12;
  std::string of13;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(':', begin), list.size());
    const std::string name = list.substr(begin, end - begin);
    const auto found =
        std::find_if(known.begin(), known.end(), [&name](const KnownCipher& cipher) { return cipher.name == name; });
    if (found == known.end()) throw std::invalid_argument("unknown cipher suite: " + name);
    std::string& ofItsVersion = found->isOfTls13 ? of13 : of12;
    ofItsVersion += (ofItsVersion.empty() ? "" : ":") + name;
    begin = end + 1;
  }
  settings.cipherList = of12;
  settings.cipherSuites = of13;
}

OwnedContext Setup::makeContext(const SSL_METHOD* method) {
  OwnedContext context = newContext(method);
  require(SSL_CTX_set_min_proto_version(context.get(), versionOf(settings_.lowest)) == 1);
  require(SSL_CTX_set_max_proto_version(context.get(), versionOf(settings_.highest)) == 1);
  const bool hasList = !settings_.cipherList.empty();
  require(SSL_CTX_set_cipher_list(context.get(), hasList ? settings_.cipherList.c_str() : kDefaultCipherList) == 1);
  if (!settings_.cipherSuites.empty()) {
    require(SSL_CTX_set_ciphersuites(context.get(), settings_.cipherSuites.c_str()) == 1);
  }
  return context;
}

// A certificate that the user trusts ends a chain even if it is signed by another one.
void Setup::setTrust(SSL_CTX* context) {
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  if (settings_.trusted.empty()) return require(addSystemCertificates(store));
  for (const std::shared_ptr<const Certificates>& certificates : settings_.trusted) {
    for (const OwnedX509& certificate : *certificates) require(X509_STORE_add_cert(store, certificate.get()) == 1);
  }
  require(X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN) == 1);
}

OwnedContext Setup::makeClient() {
  OwnedContext context = makeContext(TLS_client_method());
  setTrust(context.get());
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, noteVerification);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context.get(), keepSession);
  const std::string& protocols = settings_.applicationProtocols;
  require(SSL_CTX_set_alpn_protos(context.get(), reinterpret_cast<const unsigned char*>(protocols.data()),
                                  static_cast<unsigned int>(protocols.size())) == 0);
  if (settings_.identity != nullptr) require(use(context.get(), *settings_.identity));
  return context;
}

// A ticket holds only the client's own certificate, not its chain. So the sessions of clients with certificates are
// kept here, and the ticket is a reference.
OwnedContext Setup::makeServer() {
  OwnedContext context = makeContext(TLS_server_method());
  setSessionId(context.get());
  SSL_CTX_set_dh_auto(context.get(), 1);
  if (settings_.identity != nullptr) require(use(context.get(), *settings_.identity));
  SSL_CTX_set_cert_cb(context.get(), chooseIdentity, this);
  if (!settings_.applicationProtocols.empty()) {
    SSL_CTX_set_alpn_select_cb(context.get(), chooseApplicationProtocol, this);
  }
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  if (settings_.clientAuth == ClientAuth::none) return context;
  setTrust(context.get());
  const int needed = settings_.clientAuth == ClientAuth::needed ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0;
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | needed, noteVerification);
  for (const std::shared_ptr<const Certificates>& certificates : settings_.trusted) {
    for (const OwnedX509& certificate : *certificates) {
      require(SSL_CTX_add_client_CA(context.get(), certificate.get()) == 1);
    }
  }
  SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_SERVER);
  SSL_CTX_sess_set_cache_size(context.get(), kMaxServerSessions);
  return context;
}

OwnedSsl Setup::newServer(Notes& notes) {
  const MutexLock lock(mutex_);
  if (server_ == nullptr) server_ = makeServer();
  OwnedSsl connection(orBadAlloc(SSL_new(server_.get())));
  SSL_set_app_data(connection.get(), &notes);
  SSL_set_accept_state(connection.get());
  return connection;
}

OwnedSsl Setup::newClient(Notes& notes) {
  const MutexLock lock(mutex_);
  if (client_ == nullptr) client_ = makeClient();
  OwnedSsl connection(orBadAlloc(SSL_new(client_.get())));
  SSL_set_app_data(connection.get(), &notes);
  SSL_set_connect_state(connection.get());
  X509_VERIFY_PARAM* const verified = SSL_get0_param(connection.get());
  if (isAddress(notes.host)) {
    if (settings_.verifiesHostName) require(X509_VERIFY_PARAM_set1_ip_asc(verified, notes.host.c_str()) == 1);
  } else {
    require(SSL_set_tlsext_host_name(connection.get(), notes.host.c_str()) == 1);
    X509_VERIFY_PARAM_set_hostflags(verified,
                                    X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (settings_.verifiesHostName) require(X509_VERIFY_PARAM_set1_host(verified, notes.host.c_str(), 0) == 1);
  }
  if (const OwnedSession session = sessions_.take(notes.server)) SSL_set_session(connection.get(), session.get());
  return connection;
}

const Identity* Setup::identityFor(const char* name) const {
  const auto find = [this](const std::string& host) -> const Identity* {
    const auto found = settings_.identitiesByName.find(host);
    return found == settings_.identitiesByName.end() ? nullptr : found->second.get();
  };
  const std::string host = inLowerCase(name != nullptr ? name : "");
  if (const Identity* const exact = find(host)) return exact;
  if (const Identity* const byStar = find(wildcardFor(host))) return byStar;
  return settings_.identity.get();
}

}  // namespace netlite::ssl
