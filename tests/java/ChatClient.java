// SPDX-License-Identifier: MIT
//
// The client of the textbooks' 1:1 chat, which takes turns: it sends a line, then waits for one.
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.Socket;

public class ChatClient {
  public static void main(String[] args) throws IOException {
    Socket socket = new Socket(args[0], Integer.parseInt(args[1]));
    BufferedReader console = new BufferedReader(new InputStreamReader(System.in));
    BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream()));
    PrintWriter out = new PrintWriter(socket.getOutputStream(), true);
    while (true) {
      String line = console.readLine();
      out.println(line);
      if (line.equalsIgnoreCase("quit")) {
        break;
      }
      String heard = in.readLine();
      if (heard == null || heard.equalsIgnoreCase("quit")) {
        System.out.println("The server has left.");
        break;
      }
      System.out.println("Server: " + heard);
    }
    socket.close();
  }
}
