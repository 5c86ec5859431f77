// SPDX-License-Identifier: MIT
//
// The list of the contenders that speak TLS, and their certificate.
// Thread-safety: see the header.
#include "tls_contenders.hpp"

#include "support/certificates.hpp"

#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include <sys/stat.h>
#include <unistd.h>

namespace bench {

namespace {

// A certificate for localhost in a folder of its own, which only this user can read.
class CertificateFolder {
 public:
  CertificateFolder() {
    char name[] = "/tmp/netlite-bench-XXXXXX";
    if (::mkdtemp(name) == nullptr) throw std::runtime_error("no folder for the certificate");
    folder_ = name;
    const netlite::test::TestCertificate certificate({});
    std::ofstream(chain()) << certificate.pem();
    std::ofstream(key()) << certificate.keyPem();
  }
  CertificateFolder(const CertificateFolder&) = delete;
  CertificateFolder& operator=(const CertificateFolder&) = delete;
  ~CertificateFolder() {
    ::unlink(chain().c_str());
    ::unlink(key().c_str());
    ::rmdir(folder_.c_str());
  }

  std::string chain() const { return folder_ + "/certificate.pem"; }
  std::string key() const { return folder_ + "/key.pem"; }

 private:
  std::string folder_;
};

const CertificateFolder& folder() {
  static const CertificateFolder made;
  return made;
}

std::vector<Contender> presentContenders() {
  std::vector<Contender> all{forked(kBaseline, serveRawTls), forked("netlite", serveNetliteTls),
                             forked("virtual", serveVirtualTls)};
#ifdef NETLITE_BENCH_ASIO
  all.push_back(forked("asio", serveAsioTls));
#endif
#ifdef NETLITE_BENCH_POCO
  all.push_back(forked("poco", servePocoTls));
#endif
  for (Contender& contender : programs({certificateFile(), keyFile()})) {
    if (contender.name != "rust") all.push_back(std::move(contender));  // its library has no TLS
  }
  return all;
}

}  // namespace

const std::vector<Contender>& tlsContenders() {
  static const std::vector<Contender> all = presentContenders();
  return all;
}

const std::string& certificateFile() {
  static const std::string file = folder().chain();
  return file;
}

const std::string& keyFile() {
  static const std::string file = folder().key();
  return file;
}

}  // namespace bench
