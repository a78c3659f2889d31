// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover;

import dev.pullcast.cli.discover.found.ComposeOptions;
import dev.pullcast.cli.discover.found.Findings;
import dev.pullcast.cli.discover.found.Found;
import dev.pullcast.cli.discover.found.FoundImage;
import dev.pullcast.cli.discover.found.Place;
import dev.pullcast.cli.discover.found.Position;
import dev.pullcast.cli.discover.found.SourceKind;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.image.ReferenceText;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds the images that operands of the command line name: the one entry to this package. For one thread. */
public final class Discovery {
    private final Request request;
    private final Surroundings here;
    private final Findings findings = new Findings();
    private final Reading reading;

    /**
     * What to search.
     *
     * @param operands paths, {@code -} for standard input, images where they are allowed, services of compose; none for
     *     the working directory
     * @param kind of every source; null to recognise each by name and content
     * @param compose for sources of that kind
     * @param buildArguments for Dockerfiles
     * @param imagesAllowed whether an operand that is no path is an image, as {@code pull} takes it
     */
    public record Request(
            List<String> operands,
            @Nullable SourceKind kind,
            ComposeOptions compose,
            Map<String, String> buildArguments,
            boolean imagesAllowed) {
        /** Copies the collections. */
        public Request {
            operands = List.copyOf(operands);
            buildArguments = Map.copyOf(buildArguments);
        }
    }

    private Discovery(Request request, Surroundings here) {
        this.request = request;
        this.here = here;
        this.reading = new Reading(request, here, findings);
    }

    /** Searches; whatever could not be read is among the problems, so the images are then not all there are. */
    public static Found find(Request request, Surroundings here) {
        Discovery discovery = new Discovery(request, here);
        if (request.kind() == SourceKind.COMPOSE || !request.compose().files().isEmpty()) {
            discovery.compose();
        } else if (request.operands().isEmpty()) {
            discovery.folder(here.folder(), ".");
        } else {
            request.operands().forEach(discovery::operand);
        }
        return discovery.findings.found();
    }

    /** As with docker compose, operands are services; what is written like a path is a file or folder to search. */
    private void compose() {
        List<String> paths = new ArrayList<>();
        List<String> services = new ArrayList<>();
        boolean filesAreNamed = !request.compose().files().isEmpty();
        request.operands().forEach(word -> (!filesAreNamed && isWrittenLikeAPath(word) ? paths : services).add(word));
        if (paths.isEmpty()) {
            reading.project(request.compose().withServices(services));
        } else if (services.isEmpty()) {
            paths.forEach(this::operand);
        } else {
            findings.problem(
                    Position.of(services.getFirst()),
                    "services go with one project: give its files with -f instead of paths");
        }
    }

    private void operand(String word) {
        if (word.equals("-")) {
            reading.standardInput();
            return;
        }
        Path path = resolve(word);
        if (path != null && Files.exists(path)) {
            if (isAmbiguous(word)) {
                findings.problem(
                        Position.of(word),
                        "this is a path here, and could be an image, too: write ./" + word + " for the path or " + word
                                + ":latest for the image");
            } else if (Files.isDirectory(path)) {
                folder(path, word);
            } else {
                reading.named(path, word);
            }
        } else if (request.imagesAllowed() && request.kind() == null && !isWrittenLikeAPath(word)) {
            Position at = Position.of(ReferenceText.redacted(word));
            findings.add(FoundImage.at(new Place(SourceKind.ARGUMENT, at, ""), word));
        } else {
            findings.problem(Position.of(ReferenceText.redacted(word)), "there is no such file or folder");
        }
    }

    private @Nullable Path resolve(String word) {
        try {
            return here.folder().resolve(word);
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private boolean isAmbiguous(String word) {
        if (!request.imagesAllowed() || request.kind() != null || isWrittenLikeAPath(word)) {
            return false;
        }
        try {
            ImageReference.parse(word);
            return true;
        } catch (ImageReference.InvalidReference e) {
            return false;
        }
    }

    /** Whether nobody would write an image, or a service of compose, this way. */
    private static boolean isWrittenLikeAPath(String word) {
        String name = word.substring(1 + Math.max(word.lastIndexOf('/'), word.lastIndexOf('\\')));
        return word.equals("-")
                || word.startsWith(".")
                || word.startsWith("/")
                || word.startsWith("~")
                || word.endsWith("/")
                || word.indexOf('\\') >= 0
                || Recognition.mayBeASource(name)
                || name.endsWith(".json")
                || name.endsWith(".txt")
                || name.startsWith("Dockerfile");
    }

    private void folder(Path folder, String shown) {
        for (FolderScan.Folder each : FolderScan.of(folder, shown, findings)) {
            reading.scanned(each);
        }
    }
}
