// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.view.JobView;
import dev.pullcast.contract.view.PullView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The older puller's requests and answers (github.com/Dataman-Cloud/puller, {@code main/types.go}) in our terms: its
 * request becomes the body of {@code POST /v1/pulls}, and the job that comes of it becomes its answer.
 */
final class CompatPull {
    private static final int DEFAULT_ATTEMPTS = 3;
    private static final int MAX_ATTEMPTS = 101;
    private static final int MAX_CONCURRENCY = 64;
    /** It waited for as long as it took; a day is as long as one attempt may take here. */
    private static final int DEADLINE_SECONDS = 86_400;

    private static final List<String> LOGIN =
            List.of("username", "password", "auth", "serveraddress", "identitytoken", "registrytoken");

    private CompatPull() {}

    /** Its answer; durations as Go writes them. */
    record Answer(List<Image> success, List<Image> failure, Instant startAt, String cost) {}

    /**
     * How one image went.
     *
     * @param retried calls to the engine, the first among them: so the older puller counted
     * @param message empty if the image is there
     */
    record Image(
            String image,
            String tag,
            String project,
            String cost,
            int retried,
            @JsonProperty("errmsg") String message) {}

    /**
     * The body of {@code POST /v1/pulls} that does the same.
     *
     * @param request valid by its schema
     * @param worker which one is meant
     */
    static ObjectNode job(JsonNode request, String worker) {
        ObjectNode job = JsonNodeFactory.instance.objectNode();
        ArrayNode images = job.putArray("images");
        Set<String> projects = new TreeSet<>();
        for (JsonNode wanted : request.get("images")) {
            ObjectNode image = images.addObject();
            image.put("image", name(wanted));
            String project = wanted.path("project").asString("");
            projects.add(project);
            if (!project.isEmpty()) {
                image.put("project", project);
            }
            ObjectNode login = login(wanted.path("auth_config"));
            if (!login.isEmpty()) {
                image.set("credentials", login);
            }
        }
        if (projects.size() == 1 && !projects.contains("")) {
            job.put("project", projects.iterator().next());
        }
        job.put("pullPolicy", "Always");
        job.putObject("target").putArray("workers").add(worker);
        int concurrency = request.path("concurrency").asInt(0);
        job.put("parallelism", Math.clamp(concurrency, 1, Math.min(MAX_CONCURRENCY, images.size())));
        int attempts = request.path("retry").asInt(0);
        job.put("backoffLimit", Math.min(attempts <= 0 ? DEFAULT_ATTEMPTS : attempts, MAX_ATTEMPTS) - 1);
        job.put("activeDeadlineSeconds", DEADLINE_SECONDS);
        return job;
    }

    private static String name(JsonNode wanted) {
        return wanted.get("image").stringValue() + ':' + wanted.get("tag").stringValue();
    }

    /** What is set of a login; Go writes empty texts for the rest. */
    private static ObjectNode login(JsonNode given) {
        ObjectNode login = JsonNodeFactory.instance.objectNode();
        boolean secret = false;
        for (String field : LOGIN) {
            String text = given.path(field).asString("");
            if (!text.isEmpty()) {
                login.put(field, text);
                secret |= !field.equals("serveraddress");
            }
        }
        return secret ? login : login.removeAll();
    }

    /** Reasons in the words of its request. */
    static List<String> inItsWords(List<String> reasons) {
        return reasons.stream()
                .map(reason -> reason.replaceFirst("\\.credentials(?=[.:])", ".auth_config"))
                .toList();
    }

    /** Its answer, from the job that has ended. */
    static Answer answer(JsonNode request, JobView job, Instant startAt, Instant now) {
        List<Image> success = new ArrayList<>();
        List<Image> failure = new ArrayList<>();
        Map<String, PullView> pulls = new HashMap<>();
        for (PullView pull : job.pulls() == null ? List.<PullView>of() : job.pulls()) {
            pulls.put(pull.reference(), pull);
        }
        for (JsonNode wanted : request.get("images")) {
            PullView pull = pulls.get(ImageReference.parse(name(wanted)).canonical());
            Image image = new Image(
                    wanted.get("image").stringValue(),
                    wanted.get("tag").stringValue(),
                    wanted.path("project").asString(""),
                    GoDuration.text(pull == null ? Duration.between(startAt, now) : timeOf(pull)),
                    pull == null ? 0 : pull.attempt(),
                    pull == null ? problemOf(job) : problemOf(pull));
            (image.message().isEmpty() ? success : failure).add(image);
        }
        return new Answer(success, failure, startAt, GoDuration.text(Duration.between(startAt, now)));
    }

    private static Duration timeOf(PullView pull) {
        return pull.startedAt() == null ? Duration.ZERO : Duration.between(pull.startedAt(), pull.updatedAt());
    }

    private static String problemOf(PullView pull) {
        return switch (pull.state()) {
            case SUCCEEDED, SKIPPED -> "";
            case FAILED, CANCELLED, PENDING, QUEUED, RUNNING, RETRYING, LOST ->
                words(nameOf(pull.reason(), pull.state().name().toLowerCase(Locale.ROOT)), pull.message(), pull.hint());
        };
    }

    private static String nameOf(@Nullable FailureReason reason, String otherwise) {
        return reason == null
                ? otherwise
                : reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String words(String what, @Nullable String message, @Nullable String hint) {
        return what + (message == null ? "" : ": " + message) + (hint == null ? "" : " (" + hint + ")");
    }

    private static String problemOf(JobView job) {
        return words(
                job.state().name().toLowerCase(Locale.ROOT),
                job.reasons().isEmpty() ? job.message() : String.join("; ", job.reasons()),
                null);
    }
}
