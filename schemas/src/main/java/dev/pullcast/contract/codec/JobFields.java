// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.codec;

import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.image.Platform;
import dev.pullcast.contract.job.CancelJob;
import dev.pullcast.contract.job.Credentials;
import dev.pullcast.contract.job.ImagePull;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.JobId;
import dev.pullcast.contract.job.Keeping;
import dev.pullcast.contract.job.LabelSelector;
import dev.pullcast.contract.job.PauseJob;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.job.PullPolicy;
import dev.pullcast.contract.job.PullThrough;
import dev.pullcast.contract.job.Rollout;
import dev.pullcast.contract.job.Target;
import dev.pullcast.contract.job.WorkersAtOnce;
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
    private static final int MAX_MESSAGE = 1024;
    private static final int MAX_WORKER_ID = 253;

    /** As long as {@code pull.jobs} keeps records: a job is never older than what it is rebuilt from. */
    private static final int MAX_DEADLINE_SECONDS = 7 * 24 * 3600;

    /** As long as {@code pull.results} keeps records. */
    private static final int MAX_TTL_SECONDS = 30 * 24 * 3600;

    /** A deadline counts from the job's acceptance, and clocks of machines differ. */
    private static final int LOGIN_GRACE_SECONDS = 5 * 60;
    /** A set may live for ever; a login that is sealed for it does not. */
    private static final int MAX_SET_LOGIN_SECONDS = 30 * 24 * 3600;

    private static final int MIN_REFRESH_SECONDS = 10;
    private static final int MAX_TIMEOUT_SECONDS = 24 * 3600;
    private static final int MAX_PARALLELISM = 64;
    private static final int MAX_BACKOFF_LIMIT = 100;

    private final JobLimits limits;
    private final Reasons reasons;
    private final CredentialFields credentials;
    private final boolean request;

    /** Rules of a request's body, or of a record. */
    JobFields(JobLimits limits, Reasons reasons, CredentialFields credentials, boolean request) {
        this.request = request;
        this.limits = limits;
        this.reasons = reasons;
        this.credentials = credentials;
    }

    PullJob pullJob(Fields job, String id) {
        String project = project(job);
        int deadline = orElse(
                job.number("activeDeadlineSeconds", 1, MAX_DEADLINE_SECONDS), PullJob.DEFAULT_ACTIVE_DEADLINE_SECONDS);
        Keeping keeping = keeping(job);
        credentials.sealFor(id, project, keeping.keep() ? MAX_SET_LOGIN_SECONDS : deadline + LOGIN_GRACE_SECONDS);
        CredentialFields.OfJob login = credentials.ofJob(job, images(job));
        return new PullJob(
                id,
                login.images(),
                orElse(job.oneOf("pullPolicy", POLICIES), PullPolicy.IF_NOT_PRESENT),
                target(job),
                job.number("parallelism", 1, MAX_PARALLELISM),
                job.number("backoffLimit", 0, MAX_BACKOFF_LIMIT),
                job.number("timeoutSeconds", 1, MAX_TIMEOUT_SECONDS),
                deadline,
                rollout(job, deadline),
                keeping,
                imagePull(job),
                login.credentials(),
                project,
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
        return new PauseJob(
                id,
                Boolean.TRUE.equals(job.flag("paused")),
                job.numberOrText("workersAtOnce", WorkersAtOnce::of, WorkersAtOnce::parse));
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
            return reference(path, node.stringValue()) == null ? null : ImageRequest.of(node.stringValue());
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
        ImageReference reference = image == null ? null : reference(path + ".image", image);
        String platform = platform(fields);
        String project = project(fields);
        Credentials login = credentials.ofImage(fields, reference, project);
        return reference != null && image != null ? new ImageRequest(image, platform, project, login) : null;
    }

    private @Nullable ImageReference reference(String path, String image) {
        try {
            return ImageReference.parse(image);
        } catch (ImageReference.InvalidReference e) {
            reasons.add(path, String.valueOf(e.getMessage()));
            return null;
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
                target.labels("labels", limits.maxLabels()),
                target.parsed("selector", LabelSelector::parse));
    }

    private static Rollout rollout(Fields job, int deadlineSeconds) {
        Integer spread = job.number("spread", 0, MAX_DEADLINE_SECONDS);
        if (spread != null && spread >= deadlineSeconds) {
            job.wrong("spread", "must be less than activeDeadlineSeconds (" + deadlineSeconds + ")");
        }
        return new Rollout(
                job.numberOrText("workersAtOnce", WorkersAtOnce::of, WorkersAtOnce::parse),
                spread,
                Boolean.TRUE.equals(job.flag("paused")));
    }

    private ImagePull imagePull(Fields job) {
        PullThrough way = pullThrough(job);
        JsonNode secrets = job.array("pullSecrets", 1);
        List<String> names = new ArrayList<>();
        for (int i = 0; secrets != null && i < secrets.size(); i++) {
            JsonNode name = secrets.get(i);
            if (name.isString() && CredentialFields.isName(name.stringValue())) {
                names.add(name.stringValue());
            } else {
                job.wrong("pullSecrets[" + i + "]", "must be " + CredentialFields.NAME_IN_WORDS);
            }
        }
        JsonNode insecure = job.array("insecureRegistries", limits.maxWorkers());
        if (insecure != null && !insecure.isEmpty()) {
            job.wrong(
                    "insecureRegistries",
                    "is rejected: only an engine's own settings can allow it to speak to a registry without TLS; write"
                            + " the registries to insecure-registries of each engine's daemon.json");
        }
        if (job.text("dockerConfig", text -> Fields.isLine(text, MAX_WORKER_ID), "the name of a secret") != null) {
            job.wrong(
                    "dockerConfig",
                    "is rejected: workers cannot read a cluster's secrets; give them the config.json, and name it in"
                            + " credentials if it is not for all images");
        }
        return new ImagePull(way, names, List.of(), null);
    }

    private Keeping keeping(Fields job) {
        boolean keep = Boolean.TRUE.equals(job.flag("keep"));
        Integer refresh = job.number("refreshSeconds", MIN_REFRESH_SECONDS, MAX_TTL_SECONDS);
        boolean remove = Boolean.TRUE.equals(job.flag("removeOnExpiry"));
        String set = job.text("set", text -> JobId.problemWith(text) == null, "the id of a job");
        if (request && job.has("set")) {
            job.wrong("set", "is written by the coordinator alone; leave it out, and write keep for a set of your own");
        }
        if (refresh != null && !keep) {
            job.wrong("refreshSeconds", "is for jobs with keep: true");
        }
        if (remove && !keep && (set == null || request)) {
            job.wrong("removeOnExpiry", "is for jobs with keep: true");
        }
        return new Keeping(job.number("ttlSecondsAfterFinished", 0, MAX_TTL_SECONDS), keep, refresh, remove, set);
    }

    private PullThrough pullThrough(Fields job) {
        PullThrough way = orElse(job.oneOf("pullThrough", WAYS), PullThrough.AUTO);
        if (way == PullThrough.ALWAYS) {
            job.wrong("pullThrough", "'always' is rejected until containerd is supported; write auto or never");
        }
        return way;
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
