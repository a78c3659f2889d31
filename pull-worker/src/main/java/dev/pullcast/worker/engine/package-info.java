/**
 * Hop 4: one call to the engine. In: a {@link dev.pullcast.worker.engine.PullRequest}. Out: the engine's messages, as
 * they arrive, and a {@link dev.pullcast.worker.engine.CallEnd}. Everything runs on the Vert.x context that made the
 * call; files are read on worker threads. The engine's stream is read as fast as it comes: whoever takes the messages
 * must conflate, not wait. Start with {@link dev.pullcast.worker.engine.EngineClient}.
 */
@NullMarked
package dev.pullcast.worker.engine;

import org.jspecify.annotations.NullMarked;
