// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.gateway.TwoProjects.Job;
import dev.pullcast.gateway.security.Grants;
import dev.pullcast.gateway.security.RouteRule;
import dev.pullcast.gateway.security.Rule;
import dev.pullcast.testkit.BlockedEventLoops;
import dev.pullcast.testkit.SseProbe;
import dev.pullcast.testkit.TestKafka;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Who may do what: every route that the router has, with every role and with none. */
class AuthorizationIT {
    private static final String A = "alpha";
    private static final String B = TwoProjects.MARK;
    private static final String JSON = "Content-Type: application/json";

    /** Everybody who knocks, and what they were given. */
    private static final Map<String, String> PEOPLE = Map.of(
            "read-a", "read:alpha",
            "enqueue-a", "enqueue:alpha",
            "both-a", "read:alpha enqueue:alpha",
            "admin-a", "admin:alpha",
            "read-all", "read:*",
            "enqueue-all", "enqueue:*",
            "admin-all", "admin:*");

    @RegisterExtension
    final TestKafka kafka = new TestKafka();

    @RegisterExtension
    final BlockedEventLoops loops = new BlockedEventLoops();

    @TempDir
    Path dir;

    private TokensFile tokens;
    private TwoProjects projects;
    private GatewayFixture gateways;
    private Gateway gateway;
    private int port;
    private Job ours;
    private Job theirs;

    @BeforeEach
    void start() {
        tokens = new TokensFile(dir);
        PEOPLE.forEach(tokens::add);
        tokens.add("late", "admin:* expires:2020-01-01T00:00:00Z");
        projects = new TwoProjects(kafka);
        projects.heartbeat();
        ours = projects.running(A);
        theirs = projects.running(B);
        projects.keep(ours);
        projects.keep(theirs);
        gateways = new GatewayFixture(loops.vertx(), kafka);
        gateway = gateways.start(tokens.setting(), "gateway.auth.failures-per-minute=100000");
        port = gateway.port();
    }

    @AfterEach
    void stop() {
        gateways.close();
    }

    private static boolean mayUse(Rule rule, String grants) {
        return rule.allows(Grants.sum(List.of(grants.split(" ")).stream()
                .map(g -> Grants.parse(g).orElseThrow())
                .toList()));
    }

    private static JsonNode json(String text) {
        return ContractJson.mapper().readTree(text);
    }

    /** One request, answered; of a stream the head and what comes at once. */
    private SseProbe.Answer send(String method, String path, String... headers) {
        List<String> all = new ArrayList<>(List.of(headers));
        if (path.contains("/events") && method.equals("GET")) {
            try (SseProbe stream = SseProbe.open(port, path, headers)) {
                String first = stream.status() == 200 ? stream.nextEvent().data() : "";
                return new SseProbe.Answer(stream.status(), stream.headers(), first);
            }
        }
        all.add(JSON);
        String body = switch (method) {
            case "POST" -> "{\"images\":[\"alpine\"],\"project\":\"alpha\"}";
            case "PATCH" -> "{\"paused\":true}";
            default -> "";
        };
        return SseProbe.request(port, method, path, body, all.toArray(String[]::new));
    }

    /** Every method and path of the router, with this job where a path wants an id. */
    private List<Call> calls(Job job) {
        List<Call> calls = new ArrayList<>();
        for (RouteRule route : gateway.routes()) {
            Rule rule = Objects.requireNonNull(route.rule(), () -> "no rule for " + route);
            assertThat(route.methods()).as("methods of %s", route).isNotEmpty();
            String path = String.valueOf(route.path());
            boolean isFile = !path.startsWith("/") || path.matches(".*[*\\[].*");
            String id = path.startsWith("/v1/workers") ? TwoProjects.WORKER : job.id();
            for (String method : route.methods()) {
                calls.add(new Call(method, isFile ? "/job.schema.json" : path.replace(":id", id), rule));
            }
        }
        return calls;
    }

    private record Call(String method, String path, Rule rule) {}

    @Test
    void no_route_but_the_open_ones_answers_without_good_credentials() {
        assertThat(calls(ours)).hasSizeGreaterThan(15);
        for (Call call : calls(ours)) {
            for (String[] headers : List.of(
                    new String[] {},
                    new String[] {"Authorization: Bearer pct_" + "x".repeat(43)},
                    new String[] {"Authorization: Basic YTpi"},
                    new String[] {tokens.header("late")})) {
                SseProbe.Answer answer = send(call.method(), call.path(), headers);
                if (call.rule() == Rule.OPEN) {
                    assertThat(answer.status()).as("%s %s", call, headers).isNotIn(401, 403);
                } else {
                    assertThat(answer.status()).as("%s %s", call, headers).isEqualTo(401);
                    assertThat(answer.header("www-authenticate").orElse("")).startsWith("Bearer realm=");
                    assertThat(answer.body()).doesNotContain("x".repeat(43), A, B);
                }
            }
        }
        assertThat(kafka.readAll(kafka.topics().jobs())).isEmpty();
    }

    @Test
    void every_route_lets_in_whom_its_rule_allows_and_nobody_else() {
        for (Call call : calls(ours)) {
            PEOPLE.forEach((name, grants) -> {
                int status =
                        send(call.method(), call.path(), tokens.header(name)).status();
                if (mayUse(call.rule(), grants)) {
                    assertThat(status).as("%s by %s", call, name).isNotIn(401, 403);
                } else {
                    assertThat(status).as("%s by %s", call, name).isEqualTo(403);
                }
            });
        }
    }

    @Test
    void whoever_is_limited_to_a_project_finds_nothing_of_another_on_any_route() {
        for (String name : List.of("read-a", "enqueue-a", "both-a", "admin-a")) {
            for (Call call : calls(theirs)) {
                if (call.rule() == Rule.OPEN || !mayUse(call.rule(), PEOPLE.getOrDefault(name, ""))) {
                    continue;
                }
                SseProbe.Answer answer = send(call.method(), call.path(), tokens.header(name));
                if (call.path().contains(theirs.id())) {
                    assertThat(answer.status()).as("%s by %s", call, name).isEqualTo(404);
                }
                assertThat(answer.body().replace(theirs.id(), ""))
                        .as("%s by %s", call, name)
                        .doesNotContain(B, TwoProjects.digestOf(B), "4711", "/srv/images");
            }
        }
        assertThat(kafka.readAll(kafka.topics().jobs()))
                .as("no cancel or pause of theirs was passed on")
                .noneMatch(r -> theirs.id().equals(r.key()));
    }

    @Test
    void images_and_the_work_of_workers_are_told_to_those_alone_whose_they_are() {
        projects.send(ours.succeeded(2), theirs.succeeded(2));
        String images = "/v1/images?reference=" + B + "-image:1";
        await().untilAsserted(() -> assertThat(
                        send("GET", images, tokens.header("read-all")).body())
                .contains(TwoProjects.digestOf(B)));
        assertThat(json(send("GET", images, tokens.header("read-a")).body())
                        .get("workers")
                        .size())
                .isZero();
        assertThat(send("GET", "/v1/images?reference=alpha-image:1", tokens.header("read-a"))
                        .body())
                .contains(TwoProjects.digestOf(A), TwoProjects.WORKER);

        projects.running(B);
        Job mine = projects.running(A);
        String worker = "/v1/workers/" + TwoProjects.WORKER;
        await().untilAsserted(() -> assertThat(
                        send("GET", worker, tokens.header("read-all")).body())
                .contains(B + "-image", mine.id(), "4711", "\"pullsRunning\":17"));
        assertThat(send("GET", worker, tokens.header("read-a")).body())
                .contains(mine.id())
                .doesNotContain(B, "4711", "pullsRunning");
    }

    @Test
    void standing_sets_are_told_to_those_alone_whose_they_are() {
        assertThat(send("GET", "/v1/sets", tokens.header("read-all")).body()).contains(ours.id(), theirs.id());
        JsonNode mine = json(send("GET", "/v1/sets", tokens.header("read-a")).body());
        assertThat(mine.size()).isEqualTo(1);
        assertThat(mine.get(0).get("id").asString()).isEqualTo(ours.id());
    }

    @Test
    void a_foreign_job_is_told_no_different_from_one_that_there_is_not() {
        String unknown = UlidCreator.getUlid().toString();
        for (String method : List.of("GET", "PATCH", "DELETE")) {
            SseProbe.Answer foreign = send(method, "/v1/pulls/" + theirs.id(), tokens.header("both-a"));
            SseProbe.Answer nothing = send(method, "/v1/pulls/" + unknown, tokens.header("both-a"));
            assertThat(foreign.status()).isEqualTo(404).isEqualTo(nothing.status());
            assertThat(json(foreign.body()).get("detail").asString().replace(theirs.id(), ""))
                    .isEqualTo(json(nothing.body()).get("detail").asString().replace(unknown, ""));
        }
    }

    @Test
    void a_job_gets_the_only_project_that_its_sender_has_and_no_other() {
        String sender = tokens.header("enqueue-a");
        SseProbe.Answer silent = SseProbe.request(port, "POST", "/v1/pulls", "{\"images\":[\"alpine\"]}", JSON, sender);
        assertThat(silent.status()).isEqualTo(202);
        assertThat(json(silent.body()).get("project").asString()).isEqualTo(A);

        for (String body : List.of(
                "{\"images\":[\"alpine\"],\"project\":\"bravo\"}",
                "{\"images\":[\"alpine\",{\"image\":\"b\",\"project\":\"bravo\"}]}",
                "{\"images\":[{\"image\":\"b\",\"project\":\"alpha\"}],\"project\":\"bravo\"}")) {
            assertThat(SseProbe.request(port, "POST", "/v1/pulls", body, JSON, sender)
                            .status())
                    .as(body)
                    .isEqualTo(403);
        }
        assertThat(kafka.readAll(kafka.topics().jobs())).hasSize(1);
        tokens.add("two", "enqueue:alpha,gamma");
        await().untilAsserted(() -> {
            SseProbe.Answer unclear = SseProbe.request(
                    port, "POST", "/v1/pulls", "{\"images\":[\"alpine\"]}", JSON, tokens.header("two"));
            assertThat(unclear.status()).isEqualTo(403);
            assertThat(unclear.body()).contains("alpha,gamma");
        });
    }

    @Test
    void the_id_of_a_foreign_job_cannot_be_used_again() {
        SseProbe.Answer answer = SseProbe.request(
                port,
                "POST",
                "/v1/pulls",
                "{\"id\":\"" + theirs.id() + "\",\"images\":[\"alpine\"],\"project\":\"alpha\"}",
                JSON,
                tokens.header("both-a"));
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.body()).doesNotContain(B);
        assertThat(kafka.readAll(kafka.topics().jobs())).isEmpty();
    }

    @Test
    void a_token_counts_as_soon_as_it_is_in_the_file_and_no_longer() {
        tokens.add("new", "read:alpha");
        await().untilAsserted(() -> assertThat(
                        send("GET", "/v1/pulls", tokens.header("new")).status())
                .isEqualTo(200));
        tokens.remove("new");
        await().untilAsserted(() -> assertThat(
                        send("GET", "/v1/pulls", tokens.header("new")).status())
                .isEqualTo(401));
    }

    @Test
    void every_answer_has_a_request_id_and_a_problem_tells_it() {
        assertThat(SseProbe.get(port, "/healthz").header("x-request-id").orElse(""))
                .hasSize(26);
        SseProbe.Answer own = SseProbe.get(port, "/v1/pulls", "X-Request-Id: trace-1");
        assertThat(own.header("x-request-id")).contains("trace-1");
        assertThat(json(own.body()).get("requestId").asString()).isEqualTo("trace-1");
        SseProbe.Answer insane = SseProbe.get(port, "/v1/pulls", "X-Request-Id: <script>");
        assertThat(insane.header("x-request-id").orElse("")).hasSize(26);
    }
}
