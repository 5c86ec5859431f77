// SPDX-License-Identifier: MIT
//
// The server of the textbooks' 1:1 chat, which takes turns: it waits for a line, then sends one.
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.ServerSocket;
import java.net.Socket;

public class ChatServer {
  public static void main(String[] args) throws IOException {
    ServerSocket server = new ServerSocket(Integer.parseInt(args[0]));
    System.out.println("listening on port " + server.getLocalPort());
    Socket client = server.accept();
    BufferedReader console = new BufferedReader(new InputStreamReader(System.in));
    BufferedReader in = new BufferedReader(new InputStreamReader(client.getInputStream()));
    PrintWriter out = new PrintWriter(client.getOutputStream(), true);
    while (true) {
      String heard = in.readLine();
      if (heard == null || heard.equalsIgnoreCase("quit")) {
        System.out.println("The client has left.");
        break;
      }
      System.out.println("Client: " + heard);
      String line = console.readLine();
      out.println(line);
      if (line.equalsIgnoreCase("quit")) {
        break;
      }
    }
    client.close();
    server.close();
  }
}
