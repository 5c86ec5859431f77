// SPDX-License-Identifier: MIT
//
// The textbooks' echo server: serves one client after the other.
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.ServerSocket;
import java.net.Socket;

public class EchoServer {
  public static void main(String[] args) throws IOException {
    ServerSocket server = new ServerSocket(Integer.parseInt(args[0]));
    System.out.println("listening on port " + server.getLocalPort());
    while (true) {
      Socket client = server.accept();
      BufferedReader in = new BufferedReader(new InputStreamReader(client.getInputStream()));
      PrintWriter out = new PrintWriter(client.getOutputStream(), true);
      String line;
      while ((line = in.readLine()) != null) {
        out.println(line);
      }
      client.close();
    }
  }
}
