// SPDX-License-Identifier: MIT
//
// The textbooks' broadcast client: one thread prints arriving lines, the other sends user:text for every typed line.
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.Socket;

public class BroadcastClient {
  public static void main(String[] args) throws IOException {
    Socket socket = new Socket(args[0], Integer.parseInt(args[1]));
    BufferedReader console = new BufferedReader(new InputStreamReader(System.in));
    BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream()));
    PrintWriter out = new PrintWriter(socket.getOutputStream(), true);
    new Thread(
            () -> {
              try {
                String line;
                while ((line = in.readLine()) != null) {
                  System.out.println(line);
                }
              } catch (IOException e) {
                System.out.println("closed");
              }
            })
        .start();
    String line;
    while ((line = console.readLine()) != null) {
      out.println(args[2] + ":" + line);
    }
    socket.close();
  }
}
