// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import dev.pullcast.contract.worker.EngineFacts;
import dev.pullcast.worker.stream.EngineMessage;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.function.Consumer;

/** A container engine. Futures that fail do so with an {@link EngineException}; they complete on the caller's context. */
public interface EngineClient {
    /** What engine this is, asked anew each time. */
    Future<EngineFacts> facts();

    /** The same with all else that can be found out. */
    default Future<EngineDetails> details() {
        return facts().map(EngineDetails::of);
    }

    /**
     * Looks an image up on the engine, without any registry.
     *
     * @param name tag or digest reference, or id
     * @return empty if the engine does not have it
     */
    Future<Optional<ImageFacts>> inspect(String name);

    /**
     * Starts one pull. It never throws; all that can go wrong is in {@link EngineCall#end()}.
     *
     * @param messages gets every message of the engine, in order, until the end
     */
    EngineCall pull(PullRequest request, Consumer<EngineMessage> messages);

    /** Gives an image that is on the engine another name. */
    Future<Void> tag(String source, String repository, String tag);

    /** Removes a name of an image, and with its last name the image, unless a container uses it. */
    Future<Removal> remove(String name);

    /** How an attempt to remove an image ended. */
    enum Removal {
        REMOVED,
        /** The engine does not have it. */
        ABSENT,
        /** A container, running or not, uses it; nothing was done. */
        IN_USE
    }

    /**
     * Free space of the engine's data root, without asking the engine.
     *
     * @return empty where it is not visible from here, or not known yet
     */
    Future<Optional<Long>> freeBytes();

    /** Closes connections; calls that run end as broken. */
    Future<Void> close();

    /** A pull under way. */
    interface EngineCall {
        /** How it ended; never fails. */
        Future<CallEnd> end();

        /** Stops it: the engine throws away what it has of unfinished layers. No effect after the end. */
        void close();
    }
}
