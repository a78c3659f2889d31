// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover;

import dev.pullcast.cli.discover.clnrm.ClnrmSource;
import dev.pullcast.cli.discover.compose.ComposeFiles;
import dev.pullcast.cli.discover.compose.ComposeSource;
import dev.pullcast.cli.discover.containerlab.TopologySource;
import dev.pullcast.cli.discover.found.ComposeOptions;
import dev.pullcast.cli.discover.found.Findings;
import dev.pullcast.cli.discover.found.Position;
import dev.pullcast.cli.discover.found.SourceException;
import dev.pullcast.cli.discover.found.SourceKind;
import dev.pullcast.cli.discover.found.SourceText;
import dev.pullcast.cli.discover.kubernetes.ManifestSource;
import dev.pullcast.cli.discover.text.DockerfileSource;
import dev.pullcast.cli.discover.text.ListSource;
import dev.pullcast.cli.discover.yaml.YamlReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads files and standard input as what they are. For one thread. */
final class Reading {
    private static final int LARGEST = 4 * YamlReader.LARGEST_TEXT;
    /** Bytes of all files that one search reads without being told their names. */
    private static final long MAX_SCANNED = 512L * 1024 * 1024;

    private static final String STANDARD_INPUT = "-";

    private final Discovery.Request request;
    private final Surroundings here;
    private final Findings findings;
    private long scannedBytes;

    Reading(Discovery.Request request, Surroundings here, Findings findings) {
        this.request = request;
        this.here = here;
        this.findings = findings;
    }

    /** A file that the user named: it must be a source. */
    void named(Path file, String shown) {
        named(shown, String.valueOf(file.getFileName()), file, text(file, shown));
    }

    /** Standard input: it must be a source. */
    void standardInput() {
        try {
            named(STANDARD_INPUT, STANDARD_INPUT, null, text(here.input()));
        } catch (IOException e) {
            findings.problem(Position.of(STANDARD_INPUT), "standard input cannot be read: " + Reasons.of(e));
        }
    }

    private void named(String shown, String name, @Nullable Path file, @Nullable String text) {
        if (text == null) {
            return;
        }
        SourceKind kind = request.kind();
        if (kind == null) {
            kind = Recognition.ofName(name);
        }
        if (kind == null) {
            kind = Recognition.ofNamedContent(name, text);
        }
        if (kind == null) {
            findings.problem(
                    Position.of(shown),
                    "cannot tell what kind of source this is: say it with --from "
                            + String.join("|", SourceKind.words()));
        } else if (kind == SourceKind.COMPOSE) {
            composeFile(file, text, true);
        } else {
            read(kind, shown, text, true);
        }
    }

    /** What a scan came to: files that are no sources, or not of the kind asked for, are passed over. */
    void scanned(FolderScan.Folder folder) {
        boolean composeWanted = request.kind() == null || request.kind() == SourceKind.COMPOSE;
        List<Path> project = composeWanted ? ComposeFiles.defaultsAmong(folder.files()) : List.of();
        if (!project.isEmpty()) {
            ComposeOptions options = request.compose()
                    .withFiles(project.stream().map(Path::toString).toList());
            compose(options);
        }
        for (Path file : folder.files()) {
            String name = String.valueOf(file.getFileName());
            SourceKind kind = Recognition.ofName(name);
            if (project.contains(file) || (kind == null && !Recognition.mayBeASource(name))) {
                continue;
            }
            String shown = folder.shown(file);
            String text = kind == null || isWanted(kind) ? scannedText(file, shown) : null;
            if (text == null) {
                continue;
            }
            SourceKind known = kind == null ? Recognition.ofContent(name, text) : kind;
            if (known == null || !isWanted(known)) {
                continue;
            }
            if (known == SourceKind.COMPOSE) {
                composeFile(file, text, false);
            } else {
                read(known, shown, text, false);
            }
        }
    }

    private boolean isWanted(SourceKind found) {
        SourceKind kind = request.kind();
        // A Topology of Clabernetes is recognised as the manifest that it is.
        boolean isManifest = kind == SourceKind.CLABERNETES && found == SourceKind.KUBERNETES;
        return kind == null || kind == found || isManifest;
    }

    /** A project that is not named by a path: default files, {@code COMPOSE_FILE}, or options. */
    void project(ComposeOptions options) {
        compose(options);
    }

    private void composeFile(@Nullable Path file, String text, boolean named) {
        String source = file == null ? STANDARD_INPUT : file.toString();
        ComposeOptions options = request.compose().withFiles(List.of(source));
        InputStream input =
                file == null ? new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)) : here.input();
        ComposeSource.read(
                options, new ComposeSource.Context(here.folder(), here.environment(), input, named), findings);
    }

    private void compose(ComposeOptions options) {
        ComposeSource.read(
                options, new ComposeSource.Context(here.folder(), here.environment(), here.input(), true), findings);
    }

    private void read(SourceKind kind, String shown, String text, boolean named) {
        try {
            switch (kind) {
                case CLNRM -> ClnrmSource.read(shown, text, named, findings);
                case CONTAINERLAB -> TopologySource.read(shown, text, here.environment(), findings);
                case KUBERNETES, CLABERNETES -> ManifestSource.read(shown, text, findings);
                case DOCKERFILE -> DockerfileSource.read(shown, text, named, request.buildArguments(), findings);
                case LIST -> ListSource.read(shown, text, findings);
                case COMPOSE, ARGUMENT -> throw new IllegalStateException("read elsewhere: " + kind);
            }
        } catch (SourceException e) {
            findings.problem(e);
        }
    }

    private @Nullable String scannedText(Path file, String shown) {
        if (scannedBytes > MAX_SCANNED) {
            findings.problem(
                    Position.of(shown),
                    "more than " + MAX_SCANNED / (1024 * 1024)
                            + " MiB were read before this file: name folders or files");
            return null;
        }
        String text = text(file, shown);
        scannedBytes += text == null ? 0 : text.length();
        return text;
    }

    private @Nullable String text(Path file, String shown) {
        try (InputStream in = Files.newInputStream(file)) {
            return text(in);
        } catch (IOException e) {
            findings.problem(Position.of(shown), "the file cannot be read: " + Reasons.of(e));
            return null;
        }
    }

    private static String text(InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(LARGEST + 1);
        if (bytes.length > LARGEST) {
            throw new IOException("it is larger than " + LARGEST / (1024 * 1024) + " MiB");
        }
        return SourceText.of(bytes);
    }
}
