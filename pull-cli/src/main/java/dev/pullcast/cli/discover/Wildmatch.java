// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A pattern of git's wildmatch (git, {@code wildmatch.c} with {@code WM_PATHNAME}): {@code ?} and {@code *} match within
 * a name, {@code **} between slashes any folders, brackets one of a set, a backslash takes the next character as it is.
 * Works on the bytes of UTF-8, as git does. Follows all its places at once, so a path takes time for its length times
 * the pattern's, whatever the pattern. Immutable.
 */
final class Wildmatch {
    private static final Map<String, IntPredicate> CLASSES = Map.ofEntries(
            Map.entry("alnum", c -> isLetter(c) || isDigit(c)),
            Map.entry("alpha", Wildmatch::isLetter),
            Map.entry("blank", c -> c == ' ' || c == '\t'),
            Map.entry("cntrl", c -> c < ' ' || c == 127),
            Map.entry("digit", Wildmatch::isDigit),
            Map.entry("graph", Wildmatch::isGraphic),
            Map.entry("lower", c -> c >= 'a' && c <= 'z'),
            Map.entry("print", c -> isGraphic(c) || c == ' '),
            Map.entry("punct", c -> isGraphic(c) && !isLetter(c) && !isDigit(c)),
            Map.entry("space", c -> c == ' ' || (c >= '\t' && c <= '\r')),
            Map.entry("upper", c -> c >= 'A' && c <= 'Z'),
            Map.entry("xdigit", c -> isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')));

    private enum Kind {
        /** One byte of a set. */
        ONE_OF,
        /** Any bytes but slashes. */
        STAR,
        /** Any bytes. */
        DEEP,
        /** Where folders may begin: they, or what comes after them. */
        FOLDERS_OR_NOTHING,
        /** Any bytes that end with a slash. */
        FOLDERS
    }

    private record Token(Kind kind, BitSet bytes) {}

    private final List<Token> tokens = new ArrayList<>();
    private final byte[] pattern;
    private boolean canMatch = true;
    private int next;

    private Wildmatch(byte[] pattern) {
        this.pattern = pattern;
        while (canMatch && next < pattern.length) {
            token();
        }
    }

    /** Reads a pattern. Any text is one, but some match nothing: with an open bracket, or a backslash at the end. */
    static Wildmatch of(String pattern) {
        return new Wildmatch(pattern.getBytes(StandardCharsets.UTF_8));
    }

    private void token() {
        byte c = pattern[next++];
        switch (c) {
            case '*' -> star();
            case '?' -> {
                BitSet any = new BitSet();
                any.set(0, 256);
                any.clear('/');
                tokens.add(new Token(Kind.ONE_OF, any));
            }
            case '[' -> brackets();
            case '\\' -> {
                canMatch = next < pattern.length;
                if (canMatch) {
                    literal(at(next++));
                }
            }
            default -> literal(c & 0xFF);
        }
    }

    private void literal(int c) {
        BitSet one = new BitSet();
        one.set(c);
        tokens.add(new Token(Kind.ONE_OF, one));
    }

    private void star() {
        int first = next - 1;
        while (at(next) == '*') {
            next++;
        }
        boolean begins = first == 0 || pattern[first - 1] == '/';
        boolean ends = next == pattern.length || at(next) == '/' || (at(next) == '\\' && at(next + 1) == '/');
        if (next - first < 2 || !begins || !ends) {
            tokens.add(new Token(Kind.STAR, new BitSet()));
        } else if (at(next) == '/') {
            next++;
            tokens.add(new Token(Kind.FOLDERS_OR_NOTHING, new BitSet()));
            tokens.add(new Token(Kind.FOLDERS, new BitSet()));
        } else {
            tokens.add(new Token(Kind.DEEP, new BitSet()));
        }
    }

    /** The byte there; 0 behind the end, for no pattern has such a byte. */
    private int at(int index) {
        return index < pattern.length ? pattern[index] & 0xFF : 0;
    }

    private void brackets() {
        boolean negated = at(next) == '!' || at(next) == '^';
        next += negated ? 1 : 0;
        BitSet set = new BitSet();
        int before = 0;
        do {
            before = member(set, before);
        } while (canMatch && at(next) != ']');
        next++;
        if (negated) {
            set.flip(0, 256);
        }
        set.clear('/');
        tokens.add(new Token(Kind.ONE_OF, set));
    }

    /** Reads a character, a range from the character before, or a class; gives the character that a range may follow. */
    private int member(BitSet set, int before) {
        int c = at(next++);
        if (c == '-' && before != 0 && at(next) != 0 && at(next) != ']') {
            int last = at(next++);
            last = last == '\\' ? at(next++) : last;
            canMatch &= last != 0;
            if (last >= before) {
                set.set(before, last + 1);
            }
            return 0;
        }
        if (c == '[' && at(next) == ':') {
            return characterClass(set);
        }
        c = c == '\\' ? at(next++) : c;
        canMatch &= c != 0;
        set.set(c);
        return c;
    }

    /** Reads {@code :alpha:]}; where it is none, only the bracket before it. */
    private int characterClass(BitSet set) {
        int from = next + 1;
        int end = from;
        while (at(end) != 0 && at(end) != ']') {
            end++;
        }
        if (at(end) != 0 && (end == from || at(end - 1) != ':')) {
            set.set('[');
            return '[';
        }
        @Nullable
        IntPredicate members = at(end) == 0
                ? null
                : CLASSES.get(new String(pattern, from, end - 1 - from, StandardCharsets.ISO_8859_1));
        canMatch &= members != null;
        next = end + 1;
        for (int c = 1; members != null && c < 128; c++) {
            set.set(c, set.get(c) || members.test(c));
        }
        return 0;
    }

    private static boolean isLetter(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isGraphic(int c) {
        return c > ' ' && c < 127;
    }

    /** Whether the whole path fits; slashes divide its names. */
    boolean matches(String path) {
        if (!canMatch) {
            return false;
        }
        boolean[] places = new boolean[tokens.size() + 1];
        places[0] = true;
        skipEmpty(places);
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        for (byte each : bytes) {
            boolean[] after = new boolean[places.length];
            boolean any = false;
            for (int i = 0; i < tokens.size(); i++) {
                if (places[i]) {
                    any |= step(i, each & 0xFF, after);
                }
            }
            if (!any) {
                return false;
            }
            skipEmpty(after);
            places = after;
        }
        return places[tokens.size()];
    }

    private boolean step(int i, int c, boolean[] after) {
        Token token = tokens.get(i);
        switch (token.kind()) {
            case ONE_OF -> after[i + 1] |= token.bytes().get(c);
            case STAR -> after[i] |= c != '/';
            case DEEP -> after[i] = true;
            case FOLDERS_OR_NOTHING -> {}
            case FOLDERS -> {
                after[i] = true;
                after[i + 1] |= c == '/';
            }
        }
        return after[i] || after[i + 1];
    }

    /** What may match nothing is passed over. */
    private void skipEmpty(boolean[] places) {
        for (int i = 0; i < tokens.size(); i++) {
            if (places[i]) {
                switch (tokens.get(i).kind()) {
                    case ONE_OF, FOLDERS -> {}
                    case STAR, DEEP -> places[i + 1] = true;
                    case FOLDERS_OR_NOTHING -> {
                        places[i + 1] = true;
                        places[i + 2] = true;
                    }
                }
            }
        }
    }
}
