// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.codec;

import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.image.Platform;
import dev.pullcast.contract.job.CancelJob;
import dev.pullcast.contract.job.Credentials;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.PauseJob;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.job.PullPolicy;
import dev.pullcast.contract.job.PullThrough;
import dev.pullcast.contract.job.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The rules of each field of a job: a JSON object in, a record out, and reasons for all that is wrong with it. */
final class JobFields {
    private static final Map<String, PullPolicy> POLICIES =
            ordered("IfNotPresent", PullPolicy.IF_NOT_PRESENT, "Always", PullPolicy.ALWAYS);
    private static final Map<String, Target.Mode> MODES = ordered("all", Target.Mode.ALL, "any", Target.Mode.ANY);
    private static final Map<String, PullThrough> WAYS =
            Map.of("auto", PullThrough.AUTO, "never", PullThrough.NEVER, "always", PullThrough.ALWAYS);

    private static final Pattern PROJECT = Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?");
    private static final Pattern CREDENTIALS_NAME =
            Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,126}[A-Za-z0-9])?");
    private static final Pattern COMPACT_JWE = Pattern.compile("[A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]*){4}");
    private static final int MAX_SEALED = 16 * 1024;
    private static final int MAX_MESSAGE = 1024;
    private static final int MAX_WORKER_ID = 253;
    private static final List<String> SECRETS =
            List.of("password", "username", "auth", "identitytoken", "identityToken", "registrytoken", "registryToken");

    /** As long as {@code pull.jobs} keeps records: a job is never older than what it is rebuilt from. */
    private static final int MAX_DEADLINE_SECONDS = 7 * 24 * 3600;

    private static final int MAX_TIMEOUT_SECONDS = 24 * 3600;
    private static final int MAX_PARALLELISM = 64;
    private static final int MAX_BACKOFF_LIMIT = 100;

    private final JobLimits limits;
    private final Reasons reasons;

    JobFields(JobLimits limits, Reasons reasons) {
        this.limits = limits;
        this.reasons = reasons;
    }

    PullJob pullJob(Fields job, String id) {
        Integer deadline = job.number("activeDeadlineSeconds", 1, MAX_DEADLINE_SECONDS);
        return new PullJob(
                id,
                images(job),
                orElse(job.oneOf("pullPolicy", POLICIES), PullPolicy.IF_NOT_PRESENT),
                target(job),
                job.number("parallelism", 1, MAX_PARALLELISM),
                job.number("backoffLimit", 0, MAX_BACKOFF_LIMIT),
                job.number("timeoutSeconds", 1, MAX_TIMEOUT_SECONDS),
                orElse(deadline, PullJob.DEFAULT_ACTIVE_DEADLINE_SECONDS),
                pullThrough(job),
                credentials(job),
                project(job),
                job.labels("labels", limits.maxLabels()));
    }

    CancelJob cancelJob(Fields job, String id) {
        String message = job.text(
                "message",
                text -> Fields.isLine(text, MAX_MESSAGE),
                "at most " + MAX_MESSAGE + " characters, one line");
        return new CancelJob(id, message);
    }

    PauseJob pauseJob(Fields job, String id) {
        if (!job.has("paused")) {
            job.wrong("paused", "is missing; write true to pause and false to go on");
        }
        return new PauseJob(id, Boolean.TRUE.equals(job.flag("paused")));
    }

    private List<ImageRequest> images(Fields job) {
        if (!job.has("images")) {
            job.wrong("images", "is missing; name at least one image");
            return List.of();
        }
        JsonNode array = job.array("images", limits.maxImages());
        if (array == null) {
            return List.of();
        }
        if (array.isEmpty()) {
            job.wrong("images", "is empty; name at least one image");
        }
        List<ImageRequest> images = new ArrayList<>(array.size());
        for (int i = 0; i < array.size(); i++) {
            ImageRequest image = image(array.get(i), "images[" + i + "]");
            if (image != null) {
                images.add(image);
            }
        }
        return images;
    }

    private @Nullable ImageRequest image(JsonNode node, String path) {
        if (node.isString()) {
            return isReference(path, node.stringValue()) ? ImageRequest.of(node.stringValue()) : null;
        }
        if (!node.isObject()) {
            reasons.add(path, "must be a string or an object, not " + Fields.typeOf(node));
            return null;
        }
        Fields fields = new Fields(node, path + '.', reasons);
        if (!fields.has("image")) {
            fields.wrong("image", "is missing");
        }
        String image = fields.text("image", text -> true, "a reference");
        boolean good = image != null && isReference(path + ".image", image);
        String platform = platform(fields);
        String project = project(fields);
        Credentials credentials = credentials(fields);
        return good && image != null ? new ImageRequest(image, platform, project, credentials) : null;
    }

    private boolean isReference(String path, String image) {
        try {
            ImageReference.parse(image);
            return true;
        } catch (ImageReference.InvalidReference e) {
            reasons.add(path, String.valueOf(e.getMessage()));
            return false;
        }
    }

    private @Nullable String platform(Fields image) {
        String text = image.text("platform", t -> Fields.isLine(t, 100), "os/architecture[/variant]");
        if (text == null) {
            return null;
        }
        try {
            // Normalised here, so that all who compare platforms see one spelling.
            return Platform.parse(text).toString();
        } catch (IllegalArgumentException e) {
            image.wrong("platform", String.valueOf(e.getMessage()));
            return null;
        }
    }

    private Target target(Fields job) {
        Fields target = job.object("target");
        if (target == null) {
            return Target.EVERYBODY;
        }
        List<String> workers = new ArrayList<>();
        JsonNode array = target.array("workers", limits.maxWorkers());
        for (int i = 0; array != null && i < array.size(); i++) {
            JsonNode worker = array.get(i);
            if (worker.isString()
                    && !worker.stringValue().isBlank()
                    && Fields.isLine(worker.stringValue(), MAX_WORKER_ID)) {
                workers.add(worker.stringValue());
            } else {
                target.wrong("workers[" + i + "]", "must be a worker's id: 1 to " + MAX_WORKER_ID + " characters");
            }
        }
        return new Target(
                orElse(target.oneOf("mode", MODES), Target.Mode.ALL),
                workers,
                target.labels("labels", limits.maxLabels()));
    }

    private PullThrough pullThrough(Fields job) {
        PullThrough way = orElse(job.oneOf("pullThrough", WAYS), PullThrough.AUTO);
        if (way == PullThrough.ALWAYS) {
            job.wrong("pullThrough", "'always' is rejected until containerd is supported; write auto or never");
        }
        return way;
    }

    private @Nullable Credentials credentials(Fields owner) {
        Fields credentials = owner.object("credentials");
        if (credentials == null) {
            return null;
        }
        for (String secret : SECRETS) {
            if (credentials.has(secret)) {
                credentials.wrong(
                        secret, "a job must not carry a secret in clear; name credentials that the workers hold");
                return null;
            }
        }
        if (credentials.has("name") == credentials.has("sealed")) {
            owner.wrong("credentials", "must have exactly one of name and sealed");
            return null;
        }
        return new Credentials(
                credentials.text(
                        "name",
                        text -> CREDENTIALS_NAME.matcher(text).matches(),
                        "1 to 128 letters, digits, '.', '_', '-' or '/', with a letter or digit first and last"),
                credentials.text(
                        "sealed",
                        text -> text.length() <= MAX_SEALED
                                && COMPACT_JWE.matcher(text).matches(),
                        "a compact JWE (five base64url parts) of at most " + MAX_SEALED + " characters"));
    }

    private static @Nullable String project(Fields owner) {
        return owner.text(
                "project",
                text -> PROJECT.matcher(text).matches(),
                "1 to 63 letters, digits, '.', '_' or '-', with a letter or digit first and last");
    }

    private static <T> T orElse(@Nullable T value, T other) {
        return value == null ? other : value;
    }

    private static <T> Map<String, T> ordered(String name, T value, String otherName, T otherValue) {
        Map<String, T> map = new LinkedHashMap<>();
        map.put(name, value);
        map.put(otherName, otherValue);
        return map;
    }
}
