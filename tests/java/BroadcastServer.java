// SPDX-License-Identifier: MIT
//
// The textbooks' broadcast server: a list of all writers, and a thread for each client.
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

public class BroadcastServer {
  private static final List<PrintWriter> writers = new ArrayList<>();

  public static void main(String[] args) throws IOException {
    ServerSocket server = new ServerSocket(Integer.parseInt(args[0]));
    System.out.println("listening on port " + server.getLocalPort());
    while (true) {
      Socket client = server.accept();
      new Thread(() -> serve(client)).start();
    }
  }

  private static void serve(Socket client) {
    PrintWriter out = null;
    try {
      BufferedReader in = new BufferedReader(new InputStreamReader(client.getInputStream()));
      out = new PrintWriter(client.getOutputStream(), true);
      synchronized (writers) {
        writers.add(out);
      }
      String line;
      while ((line = in.readLine()) != null) {
        synchronized (writers) {
          for (PrintWriter writer : writers) {
            writer.println(line);
          }
        }
      }
      client.close();
    } catch (IOException e) {
      System.out.println(e);
    } finally {
      synchronized (writers) {
        writers.remove(out);
      }
    }
  }
}
