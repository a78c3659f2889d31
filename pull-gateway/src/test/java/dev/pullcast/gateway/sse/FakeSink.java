// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

/** A socket whose room a test decides. */
final class FakeSink implements StreamSink {
    /** Whole texts replace each other, so that a test may look from another thread. */
    volatile String written = "";

    int writes;
    int ends;
    boolean full;
    boolean tellsWhileWriting;
    volatile boolean ended;
    boolean aborted;
    Runnable drain = () -> {};
    Runnable onWrite = () -> {};

    @Override
    public void write(SharedBytes bytes) {
        written = written.concat(bytes.bare().toString());
        writes++;
        onWrite.run();
        if (tellsWhileWriting) {
            drain.run();
        }
    }

    @Override
    public boolean isFull() {
        return full;
    }

    @Override
    public void onDrain(Runnable action) {
        drain = action;
    }

    @Override
    public void onClose(Runnable action) {}

    @Override
    public void end() {
        ended = true;
        ends++;
    }

    @Override
    public void abort() {
        aborted = true;
    }

    void drained() {
        full = false;
        drain.run();
    }
}
