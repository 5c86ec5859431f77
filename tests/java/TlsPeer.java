// SPDX-License-Identifier: MIT
//
// A peer of the echo programs that speaks TLS by Java's SSLSocket. See tests/programs/tls/peer.py.
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

public class TlsPeer {
  public static void main(String[] args) throws GeneralSecurityException, IOException {
    System.setProperty("com.sun.net.ssl.requireCloseNotify", "true");
    if (args[0].equals("server")) {
      serve(args[1], contextWith(args[2], args[3]));
      return;
    }
    try {
      talk(args[0], args[1], contextThatTrusts(args[2]), Integer.parseInt(args[3]));
    } catch (IOException e) {
      System.out.println("failed: " + e.getMessage());
    }
  }

  private static void talk(String role, String version, SSLContext context, int port) throws IOException {
    try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", port)) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setProtocols(new String[] {version});
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      socket.setSSLParameters(parameters);
      BufferedReader console = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      BufferedReader in = readerOf(socket);
      PrintWriter out = writerOf(socket);
      String line;
      while ((line = console.readLine()) != null) {
        out.println(line);
        System.out.println(in.readLine());
      }
      if (role.equals("client")) {
        socket.shutdownOutput();
      }
      if (in.readLine() != null) {
        throw new IOException("more than the answers");
      }
      System.out.println("end of " + socket.getSession().getProtocol());
    }
  }

  private static void serve(String version, SSLContext context) throws IOException {
    InetAddress loopback = InetAddress.getByName("127.0.0.1");
    SSLServerSocket server = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0, 0, loopback);
    server.setEnabledProtocols(new String[] {version});
    System.out.println("listening on port " + server.getLocalPort());
    while (true) {
      try (SSLSocket client = (SSLSocket) server.accept()) {
        echo(client);
      } catch (IOException e) {
        System.out.println("failed: " + e.getMessage());
      }
    }
  }

  private static void echo(SSLSocket client) throws IOException {
    BufferedReader in = readerOf(client);
    PrintWriter out = writerOf(client);
    String line;
    while ((line = in.readLine()) != null) {
      out.println(line);
    }
    System.out.println("end of " + client.getSession().getProtocol());
  }

  private static BufferedReader readerOf(SSLSocket socket) throws IOException {
    return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
  }

  private static PrintWriter writerOf(SSLSocket socket) throws IOException {
    return new PrintWriter(new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.UTF_8), true);
  }

  private static SSLContext contextThatTrusts(String authority) throws GeneralSecurityException, IOException {
    KeyStore store = emptyStore();
    store.setCertificateEntry("authority", certificatesOf(authority)[0]);
    TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private static SSLContext contextWith(String chain, String key) throws GeneralSecurityException, IOException {
    Certificate[] certificates = certificatesOf(chain);
    KeyStore store = emptyStore();
    store.setKeyEntry("own", keyOf(key, certificates[0].getPublicKey().getAlgorithm()), new char[0], certificates);
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private static Certificate[] certificatesOf(String file) throws GeneralSecurityException, IOException {
    try (InputStream in = new FileInputStream(file)) {
      return CertificateFactory.getInstance("X.509").generateCertificates(in).toArray(new Certificate[0]);
    }
  }

  private static PrivateKey keyOf(String file, String algorithm) throws GeneralSecurityException, IOException {
    String pem = new String(Files.readAllBytes(Paths.get(file)), StandardCharsets.US_ASCII);
    byte[] encoded = Base64.getMimeDecoder().decode(pem.replaceAll("-----.*-----", ""));
    return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
  }
}
