// SPDX-License-Identifier: MIT
//
// The line server in Java: a thread per connection, java.io's readers and writers.
//
//   java LineServer (flush|tied|count|read|write) [CERTIFICATE KEY]
//
// With a certificate it speaks TLS. read and write exchange portions of bytes.
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ServerSocketFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

final class LineServer {
    private static final int BLOCK = 64 * 1024;
    private static final int PORTION = 256 * BLOCK;
    private static final int BACKLOG = 4096;

    private static void echo(BufferedReader in, PrintWriter out) throws IOException {
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.print(line);
            out.print('\n');
            out.flush();
        }
    }

    private static void echoTogether(BufferedReader in, PrintWriter out) throws IOException {
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.print(line);
            out.print('\n');
            if (!in.ready()) {
                out.flush();
            }
        }
    }

    private static void count(BufferedReader in, PrintWriter out) throws IOException {
        long lines = 0;
        while (in.readLine() != null) {
            lines++;
        }
        out.print(lines + "\n");
        out.flush();
    }

    private static void readPortions(InputStream in, OutputStream out) throws IOException {
        var block = new byte[BLOCK];
        while (true) {
            for (int left = PORTION; left > 0;) {
                int count = in.read(block, 0, Math.min(left, BLOCK));
                if (count < 0) {
                    return;
                }
                left -= count;
            }
            out.write('!');
        }
    }

    private static void writePortions(InputStream in, OutputStream out) throws IOException {
        var block = new byte[BLOCK];
        while (in.read() >= 0) {
            for (int i = 0; i < PORTION / BLOCK; i++) {
                out.write(block);
            }
        }
    }

    private static void serve(Socket socket, String mode) {
        try (socket) {
            socket.setTcpNoDelay(true);
            if (mode.equals("read")) {
                readPortions(socket.getInputStream(), socket.getOutputStream());
                return;
            }
            if (mode.equals("write")) {
                writePortions(socket.getInputStream(), socket.getOutputStream());
                return;
            }
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            var out = new PrintWriter(
                    new BufferedWriter(new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.UTF_8)));
            switch (mode) {
                case "flush" -> echo(in, out);
                case "tied" -> echoTogether(in, out);
                default -> count(in, out);
            }
        } catch (IOException e) {
            // the client is gone: its connection ends
        }
    }

    private static PrivateKey keyIn(String file) throws IOException, GeneralSecurityException {
        String text = Files.readString(Path.of(file)).replaceAll("-----[A-Z ]+-----", "");
        return KeyFactory.getInstance("EC").generatePrivate(
                new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(text)));
    }

    private static SSLContext contextOf(String certificateFile, String keyFile)
            throws IOException, GeneralSecurityException {
        var password = new char[0];
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, password);
        try (var in = Files.newInputStream(Path.of(certificateFile))) {
            Certificate certificate = CertificateFactory.getInstance("X.509").generateCertificate(in);
            store.setKeyEntry("server", keyIn(keyFile), password, new Certificate[] {certificate});
        }
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    public static void main(String[] arguments) throws IOException, GeneralSecurityException {
        ServerSocketFactory factory = arguments.length > 1
                ? contextOf(arguments[1], arguments[2]).getServerSocketFactory()
                : ServerSocketFactory.getDefault();
        ServerSocket listener = factory.createServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        System.out.println("listening on port " + listener.getLocalPort());
        while (true) {
            Socket socket = listener.accept();
            new Thread(() -> serve(socket, arguments[0])).start();
        }
    }
}
