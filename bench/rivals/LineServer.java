// SPDX-License-Identifier: MIT
//
// The line server in Java: a thread per connection, java.io's readers and writers.
//
//   java LineServer (flush|tied|count)
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

final class LineServer {
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

    private static void serve(Socket socket, String mode) {
        try (socket) {
            socket.setTcpNoDelay(true);
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

    public static void main(String[] arguments) throws IOException {
        var listener = new ServerSocket(0, 4096, InetAddress.getLoopbackAddress());
        System.out.println("listening on port " + listener.getLocalPort());
        while (true) {
            Socket socket = listener.accept();
            new Thread(() -> serve(socket, arguments[0])).start();
        }
    }
}
