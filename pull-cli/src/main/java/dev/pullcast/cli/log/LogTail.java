// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.log;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The end of a log, and what is added to it. The writer sets the file aside as {@code FILE.1} ({@code FILE.1} as
 * {@code FILE.2}, and so on) and begins a new one: the old one is read to its end first. A file that became shorter is
 * read anew. Used by one thread.
 */
public final class LogTail implements Closeable {
    private static final int BLOCK = 64 * 1024;

    private final Path file;
    private @Nullable SeekableByteChannel open;
    private @Nullable Object key;
    private byte[] unfinished = {};

    /** Of this file; it need not exist yet. */
    public LogTail(Path file) {
        this.file = file;
    }

    /**
     * The last lines, also of files that were set aside when the newest one is too short. What {@link #more} gives begins
     * after them.
     *
     * @throws IOException if a file cannot be read; {@link NoSuchFileException} if there is none
     */
    public List<String> last(int count) throws IOException {
        List<String> lines = new ArrayList<>();
        SeekableByteChannel newest = reopen();
        if (newest == null) {
            throw new NoSuchFileException(file.toString());
        }
        long end = newest.size();
        addBefore(lines, newest, count);
        newest.position(end);
        for (int i = 1; lines.size() < count; i++) {
            Path aside = file.resolveSibling(file.getFileName() + "." + i);
            if (!Files.exists(aside)) {
                break;
            }
            try (SeekableByteChannel channel = Files.newByteChannel(aside)) {
                addBefore(lines, channel, count);
            }
        }
        return lines.subList(Math.max(0, lines.size() - count), lines.size());
    }

    /**
     * Whole lines that were added since.
     *
     * @throws IOException if the file cannot be read; a file that is not there has no lines
     */
    public List<String> more() throws IOException {
        List<String> lines = new ArrayList<>();
        SeekableByteChannel current = open;
        if (current != null) {
            if (current.size() < current.position()) {
                current.position(0);
                unfinished = new byte[0];
            }
            readRest(current, lines);
        }
        Object now = keyNow();
        if (now != null && (current == null || !now.equals(key))) {
            if (current != null) {
                // Written between our last look and its being set aside.
                readRest(current, lines);
            }
            SeekableByteChannel next = reopen();
            if (next != null) {
                readRest(next, lines);
            }
        }
        return lines;
    }

    @Override
    public void close() throws IOException {
        if (open != null) {
            open.close();
        }
    }

    private @Nullable SeekableByteChannel reopen() throws IOException {
        close();
        unfinished = new byte[0];
        try {
            key = keyNow();
            open = Files.newByteChannel(file);
        } catch (NoSuchFileException e) {
            open = null;
        }
        return open;
    }

    /** What tells one file from another of the same name; null if there is none. */
    private @Nullable Object keyNow() throws IOException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return Objects.requireNonNullElse(attributes.fileKey(), attributes.creationTime());
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private void readRest(SeekableByteChannel channel, List<String> lines) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(unfinished);
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        while (channel.read(block) > 0) {
            bytes.write(block.array(), 0, block.position());
            block.clear();
        }
        byte[] all = bytes.toByteArray();
        int from = 0;
        for (int i = 0; i < all.length; i++) {
            if (all[i] == '\n') {
                lines.add(new String(all, from, i - from, StandardCharsets.UTF_8));
                from = i + 1;
            }
        }
        unfinished = Arrays.copyOfRange(all, from, all.length);
    }

    /** Puts the last lines of a file before those that follow it, as many as are missing to {@code count}. */
    private static void addBefore(List<String> following, SeekableByteChannel channel, int count) throws IOException {
        long start = channel.size();
        int newlines = 0;
        byte[] tail = {};
        while (start > 0 && newlines <= count - following.size()) {
            int length = (int) Math.min(BLOCK, start);
            start -= length;
            ByteBuffer block = ByteBuffer.allocate(length);
            channel.position(start);
            while (block.hasRemaining() && channel.read(block) >= 0) {
                // until the block is full
            }
            byte[] joined = Arrays.copyOf(block.array(), length + tail.length);
            System.arraycopy(tail, 0, joined, length, tail.length);
            tail = joined;
            for (byte b : block.array()) {
                newlines += b == '\n' ? 1 : 0;
            }
        }
        List<String> lines = new String(tail, StandardCharsets.UTF_8).lines().toList();
        int wanted = Math.min(lines.size(), count - following.size());
        following.addAll(0, lines.subList(lines.size() - wanted, lines.size()));
    }
}
