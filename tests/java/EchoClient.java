// SPDX-License-Identifier: MIT
//
// The textbooks' echo client: sends a line, then waits for a line.
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.Socket;

public class EchoClient {
  public static void main(String[] args) throws IOException {
    Socket socket = new Socket(args[0], Integer.parseInt(args[1]));
    BufferedReader console = new BufferedReader(new InputStreamReader(System.in));
    BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream()));
    PrintWriter out = new PrintWriter(socket.getOutputStream(), true);
    String line;
    while ((line = console.readLine()) != null) {
      out.println(line);
      System.out.println("From server: " + in.readLine());
    }
    socket.close();
  }
}
