// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.intake;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.image.ImageReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DatabindException;

/**
 * Images that a standing set holds on this worker's engine. An immutable value, one file of JSON on disk.
 *
 * @param set id of the job that began it
 * @param partition where its events go
 * @param keepOnExpiry whether what it brought stays when it ends
 * @param ended whether it has ended: then it holds nothing against other sets, and what it brought is to go
 * @param images each name once
 */
record HeldSet(String set, int partition, boolean keepOnExpiry, boolean ended, List<Held> images) {
    /**
     * One image.
     *
     * @param name under which the engine has it: {@code repository:tag}, or {@code repository@digest}
     * @param digest of what it names; null if that is not known
     * @param project that it belongs to in the set; null for none
     * @param brought whether a set brought it, so that it is to be removed with the last set that holds it
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record Held(
            String name, @Nullable String digest, @Nullable String project, boolean brought) {
        Held withBrought(boolean now) {
            return new Held(name, digest, project, now);
        }

        /** Whether both names are one image of one repository. */
        boolean isSame(Held other) {
            return name.equals(other.name)
                    || (digest != null
                            && digest.equals(other.digest)
                            && repository().equals(other.repository()));
        }

        /** Whether any of these names is this image: by its name, or by its digest in the same repository. */
        boolean isAmong(Set<String> names) {
            return names.contains(name) || (digest != null && names.contains(repository() + '@' + digest));
        }

        private String repository() {
            return ImageReference.parse(name).name();
        }
    }

    /** Settles an absent list. */
    @SuppressWarnings("NullAway") // Jackson passes null for an absent field
    HeldSet {
        images = images == null ? List.of() : List.copyOf(images);
    }

    /** The same with an image in place of the one of that name, which stays brought if it was. */
    HeldSet with(Held image) {
        List<Held> all = new ArrayList<>();
        boolean brought = image.brought();
        for (Held known : images) {
            if (known.name().equals(image.name())) {
                brought |= known.brought();
            } else {
                all.add(known);
            }
        }
        all.add(image.withBrought(brought && !keepOnExpiry));
        return withImages(all);
    }

    HeldSet withImages(List<Held> now) {
        return new HeldSet(set, partition, keepOnExpiry, ended, now);
    }

    /** The same after its end: only what it brought counts. */
    HeldSet atItsEnd(int where) {
        return new HeldSet(
                set,
                where,
                keepOnExpiry,
                true,
                images.stream().filter(Held::brought).toList());
    }

    /** Writes the file as a whole. Blocks. */
    void write(Path file) throws IOException {
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.write(fresh, ContractJson.write(this));
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * Reads a file. Blocks.
     *
     * @throws IOException if it cannot be read, or is not such a file
     */
    static HeldSet read(Path file) throws IOException {
        try {
            HeldSet read = ContractJson.mapper().readValue(Files.readAllBytes(file), HeldSet.class);
            if (read == null || read.set() == null) {
                throw DatabindException.from((tools.jackson.core.JsonParser) null, "no set");
            }
            return read;
        } catch (JacksonException e) {
            throw new IOException("not a file of a standing set", e);
        }
    }
}
