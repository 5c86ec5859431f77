// SPDX-License-Identifier: MIT
//
// The other end of netlite's data streams.
//
//   DataPeer PORT               accepts one client and returns each value that it sends, after its type
//   DataPeer HOST PORT          connects, and does the same
//   DataPeer HOST PORT COUNT    connects, sends COUNT random texts, each also in UTF-8, and checks the bytes of those
//                               that come back
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

public class DataPeer {
  public static void main(String[] args) throws Exception {
    Socket socket = args.length == 1 ? accept(args[0]) : new Socket(args[0], Integer.parseInt(args[1]));
    DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    DataOutputStream out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
    if (args.length < 3) {
      while (returnValue(in, out)) out.flush();
    } else {
      exchangeTexts(in, out, Integer.parseInt(args[2]));
    }
    socket.close();
  }

  private static Socket accept(String port) throws IOException {
    ServerSocket server = new ServerSocket(Integer.parseInt(port));
    System.out.println("listening on port " + server.getLocalPort());
    return server.accept();
  }

  private static boolean returnValue(DataInputStream in, DataOutputStream out) throws IOException {
    String type = in.readUTF();
    switch (type) {
      case "boolean": out.writeBoolean(in.readBoolean()); break;
      case "byte": out.writeByte(in.readByte()); break;
      case "unsigned byte": out.writeByte(in.readUnsignedByte()); break;
      case "short": out.writeShort(in.readShort()); break;
      case "unsigned short": out.writeShort(in.readUnsignedShort()); break;
      case "char": out.writeChar(in.readChar()); break;
      case "int": out.writeInt(in.readInt()); break;
      case "long": out.writeLong(in.readLong()); break;
      case "float": out.writeFloat(in.readFloat()); break;
      case "double": out.writeDouble(in.readDouble()); break;
      case "text": out.writeUTF(in.readUTF()); break;
      case "bytes": returnBytes(in, out); break;
      default: return false;
    }
    return true;
  }

  private static void returnBytes(DataInputStream in, DataOutputStream out) throws IOException {
    byte[] bytes = new byte[in.readInt()];
    in.readFully(bytes);
    out.write(bytes);
  }

  private static void exchangeTexts(DataInputStream in, DataOutputStream out, int count) throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Thread sender = new Thread(() -> sendTexts(out, count, new Random(seed)));
    sender.start();
    Random random = new Random(seed);
    for (int i = 0; i < count; i++) {
      byte[] expected = wire(randomText(random));
      byte[] bytes = new byte[expected.length];
      in.readFully(bytes);
      if (!Arrays.equals(bytes, expected)) throw new IllegalStateException("text " + i + " differs");
    }
    sender.join();
    System.out.println(count + " texts came back");
  }

  private static void sendTexts(DataOutputStream out, int count, Random random) {
    try {
      for (int i = 0; i < count; i++) {
        String text = randomText(random);
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.writeUTF(text);
        out.writeInt(utf8.length);
        out.write(utf8);
      }
      out.flush();
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
  }

  private static byte[] wire(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new DataOutputStream(bytes).writeUTF(text);
    return bytes.toByteArray();
  }

  /** Mostly short, and of characters of every length in UTF-8. */
  private static String randomText(Random random) {
    int length = random.nextInt(1000) == 0 ? random.nextInt(65535 / 6) : random.nextInt(24);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) text.appendCodePoint(randomCharacter(random));
    return text.toString();
  }

  private static int randomCharacter(Random random) {
    switch (random.nextInt(6)) {
      case 0: return 0;
      case 1: return 0x80 + random.nextInt(0x780);
      case 2: return 0x800 + random.nextInt(0xD000);
      case 3: return 0xE000 + random.nextInt(0x2000);
      case 4: return 0x10000 + random.nextInt(0x100000);
      default: return random.nextInt(0x80);
    }
  }
}
