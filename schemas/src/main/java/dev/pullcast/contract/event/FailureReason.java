// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.event;

import com.fasterxml.jackson.annotation.JsonValue;

/** Why a pull failed. The wire name is stable; whether a reason can heal by itself is part of its meaning. */
public enum FailureReason {
    AUTH(
            "auth",
            false,
            "Log in to the registry on the worker (docker login), or name credentials that may read this repository."),
    NOT_FOUND(
            "not-found",
            false,
            "Check the repository and the tag for typing errors; a private repository also answers like this without a login."),
    NO_PLATFORM("no-platform", false, "The image has no variant for this platform; ask for one that it has."),
    RATE_LIMITED("rate-limited", true, "The registry limits pulls; log in, use a mirror, or wait."),
    REGISTRY("registry", true, "The registry answered with an error of its own; look at its status, then try again."),
    NETWORK(
            "network",
            true,
            "The engine cannot reach the registry; check name, port, proxy and firewall on the worker's machine."),
    TLS(
            "tls",
            false,
            "The engine does not trust the registry's certificate; install its CA for the engine or list it as insecure."),
    DISK_FULL(
            "disk-full",
            false,
            "The engine's data root has no space left; remove unused images (docker system prune) or enlarge it."),
    ENGINE_GONE("engine-gone", true, "The engine stopped answering; see its log and start it again."),
    ENGINE_ERROR("engine-error", false, "The engine refused or failed; its message and its log say why."),
    INVALID_REFERENCE(
            "invalid-reference", false, "Write the image as [host[:port]/]path[:tag][@digest], in lower case."),
    STALLED("stalled", true, "No byte arrived for a long time; check the registry and the network."),
    TIMEOUT("timeout", false, "It took longer than allowed; raise timeoutSeconds or activeDeadlineSeconds."),
    DIGEST_MISMATCH(
            "digest-mismatch", false, "What arrived is not what was pinned; find out who changed it before using it."),
    STREAM_CUT("stream-cut", true, "The engine closed its answer before the pull had ended; see the engine's log.");

    private final String wireName;
    private final boolean retryable;
    private final String hint;

    FailureReason(String wireName, boolean retryable, String hint) {
        this.wireName = wireName;
        this.retryable = retryable;
        this.hint = hint;
    }

    /** The name in JSON, in metrics and in messages. */
    @JsonValue
    public String wireName() {
        return wireName;
    }

    /** Whether the same pull may succeed later without anybody changing anything. */
    public boolean retryable() {
        return retryable;
    }

    /** What a user can do about it, one sentence. */
    public String hint() {
        return hint;
    }
}
