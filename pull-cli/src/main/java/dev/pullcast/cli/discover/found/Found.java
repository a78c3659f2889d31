// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.found;

import java.util.List;

/**
 * What a search found.
 *
 * @param images each pair of image and platform once, in the order of the sources
 * @param problems sources or parts of them that could not be read: the search is then not complete
 * @param notes what a user should know although nothing is wrong
 * @param wishes what the sources want of the job
 */
public record Found(List<FoundImage> images, List<Problem> problems, List<Problem> notes, JobWishes wishes) {
    /** Copies the lists. */
    public Found {
        images = List.copyOf(images);
        problems = List.copyOf(problems);
        notes = List.copyOf(notes);
    }

    /** The images as written, each once. */
    public List<String> names() {
        return images.stream().map(FoundImage::image).distinct().toList();
    }
}
