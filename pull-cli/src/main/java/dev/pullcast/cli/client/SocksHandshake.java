// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.client;

import dev.pullcast.contract.net.Proxy;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** The client's side of SOCKS 5 (RFC 1928) with user and password (RFC 1929); the proxy looks the name up. */
final class SocksHandshake {
    private static final int VERSION = 5;
    private static final int MAX_FIELD = 255;

    private SocksHandshake() {}

    static void run(Proxy proxy, Socket socket, String host, int port) throws IOException {
        InputStream in = socket.getInputStream();
        OutputStream out = socket.getOutputStream();
        String user = proxy.user();
        out.write(user == null ? new byte[] {VERSION, 1, 0} : new byte[] {VERSION, 2, 0, 2});
        out.flush();
        require(read(in) == VERSION, proxy, "does not speak SOCKS 5");
        int method = read(in);
        if (method == 2 && user != null) {
            ByteArrayOutputStream login = new ByteArrayOutputStream();
            login.write(1);
            field(login, user);
            field(login, String.valueOf(proxy.password()));
            out.write(login.toByteArray());
            out.flush();
            read(in);
            require(read(in) == 0, proxy, "refused the user and the password");
        } else {
            require(method == 0, proxy, "asks for a login that is not in its URL");
        }
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(new byte[] {VERSION, 1, 0, 3});
        field(request, host);
        request.write(port >> 8);
        request.write(port & 0xff);
        out.write(request.toByteArray());
        out.flush();
        answer(proxy, in, host + ':' + port);
    }

    private static void answer(Proxy proxy, InputStream in, String target) throws IOException {
        require(read(in) == VERSION, proxy, "does not speak SOCKS 5");
        int reply = read(in);
        read(in);
        int length = switch (read(in)) {
            case 1 -> 4;
            case 3 -> read(in);
            case 4 -> 16;
            default -> throw new ForeignAnswer("The proxy " + proxy + " does not speak SOCKS 5.");
        };
        if (in.readNBytes(length + 2).length < length + 2) {
            throw new EOFException("the proxy " + proxy + " closed the connection");
        }
        require(reply != 2, proxy, "does not allow connections to " + target);
        if (reply != 0) {
            throw new IOException(
                    "The proxy " + proxy + " could not reach " + target + " (SOCKS reply " + reply + ").");
        }
    }

    private static void field(ByteArrayOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_FIELD) {
            throw new IOException("a name, user or password for a SOCKS proxy is longer than " + MAX_FIELD + " bytes");
        }
        out.write(bytes.length);
        out.writeBytes(bytes);
    }

    private static int read(InputStream in) throws IOException {
        int b = in.read();
        if (b < 0) {
            throw new EOFException("the proxy closed the connection");
        }
        return b;
    }

    private static void require(boolean ok, Proxy proxy, String why) throws ForeignAnswer {
        if (!ok) {
            throw new ForeignAnswer("The proxy " + proxy + " " + why + ".");
        }
    }
}
