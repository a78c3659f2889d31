// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.cli.discover.found.Found;
import dev.pullcast.cli.discover.found.FoundImage;
import dev.pullcast.cli.discover.found.JobWishes;
import dev.pullcast.cli.discover.found.Problem;
import dev.pullcast.cli.discover.found.SourceKind;
import dev.pullcast.cli.discover.found.WhenToPull;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each kind of source names, besides compose and Dockerfiles, which have tests of their own. */
class KindsTest {
    @TempDir
    private Path folder;

    private Found input(String text) {
        return Search.in(folder, "").input(text).find("-");
    }

    private Found input(SourceKind kind, String text) {
        return Search.in(folder, "").from(kind).input(text).find("-");
    }

    private static void isRight(Found found, String... images) {
        assertThat(found.problems()).isEmpty();
        assertThat(found.names()).containsExactly(images);
    }

    private static void isWrong(Found found, String... messages) {
        assertThat(found.problems()).hasSameSizeAs(messages);
        for (int i = 0; i < messages.length; i++) {
            assertThat(found.problems().get(i).toString()).contains(messages[i]);
        }
    }

    @Nested
    class Lists {
        @Test
        void aLineIsAReferenceAndCommentsAreLeftOut() {
            isRight(
                    input("# images\nalpine\n\n  nginx:1.27  # the web\nalpine\r\nghcr.io/a/b@sha256:" + "a".repeat(64)
                            + "\n"),
                    "alpine",
                    "nginx:1.27",
                    "ghcr.io/a/b@sha256:" + "a".repeat(64));
        }

        @Test
        void aLineThatIsNoReferenceIsReportedAndStopsNothing() {
            Found found = input(SourceKind.LIST, "alpine\nNot An Image\nnginx\n");
            isWrong(found, "-:2:1: invalid image reference 'Not An Image'");
            assertThat(found.names()).containsExactly("alpine", "nginx");
        }
    }

    @Nested
    class Clnrm {
        @Test
        void bothFormatsAreReadAlsoTogetherInOneFile() {
            isRight(input("""
                            [test.metadata]
                            name = "both"
                            [service.web]
                            plugin = "generic_container"
                            image = "web:1"
                            [services]
                            db = { type = "generic_container", image = "db:2" }
                            none = { type = "network" }
                            [services.cache]
                            image = "cache:3"
                            [[steps]]
                            name = "x"
                            command = ["echo", "image = 'not-this'"]
                            """), "web:1", "db:2", "cache:3");
        }

        @Test
        void whatWasNamedMustBeATest() {
            Search search = Search.in(folder, "-- a.toml --\n[package]\nname = \"x\"\n-- b.clnrm.toml --\n[meta]\n");
            assertThat(search.problems("a.toml"))
                    .containsExactly(
                            "a.toml: there is no [test.metadata] and no [meta] with a name, so this is no test of clnrm");
            assertThat(search.problems("b.clnrm.toml"))
                    .singleElement()
                    .asString()
                    .contains("no [test.metadata]");
            assertThat(search.problems()).isEmpty();
        }

        @Test
        void aMistakeIsReportedWithLineAndColumnAndDoesNotStopTheOthers() {
            Search search = Search.in(folder, """
                    -- a.clnrm.toml --
                    [test.metadata]
                    name = "open
                    -- b.clnrm.toml --
                    [test.metadata]
                    [services.a]
                    image = 7
                    [services.b]
                    image = "right:1"
                    -- c.clnrm.toml --
                    [test.metadata]
                    [service.c]
                    image = "fine:1"
                    """);
            Found found = search.find();
            assertThat(found.problems())
                    .extracting(Problem::toString)
                    .anyMatch(problem -> problem.startsWith("a.clnrm.toml:2:") && problem.contains("not valid TOML"))
                    .anyMatch(problem ->
                            problem.startsWith("b.clnrm.toml:3:") && problem.contains("the image of the service 'a'"));
            assertThat(found.names()).containsExactly("right:1", "fine:1");
        }

        @Test
        void arraysWithinArraysWithoutEndAreRefused() {
            assertThat(input(SourceKind.CLNRM, "a = " + "[".repeat(10_000)).problems())
                    .isNotEmpty();
        }
    }

    @Nested
    class Kubernetes {
        @Test
        void everyKindThatMakesPodsIsRead() {
            StringBuilder stream = new StringBuilder();
            for (String kind : new String[] {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"}) {
                stream.append("---\napiVersion: apps/v1\nkind: ")
                        .append(kind)
                        .append("\nspec: {template: {spec: {containers: [{name: a, image: ")
                        .append(kind.toLowerCase(Locale.ROOT))
                        .append("}]}}}\n");
            }
            stream.append("""
                    ---
                    apiVersion: batch/v1
                    kind: Job
                    spec: {template: {spec: {containers: [{image: job}]}}}
                    ---
                    apiVersion: batch/v1
                    kind: CronJob
                    spec: {jobTemplate: {spec: {template: {spec: {containers: [{image: cronjob}]}}}}}
                    ---
                    apiVersion: v1
                    kind: PodTemplate
                    template: {spec: {containers: [{image: podtemplate}]}}
                    ---
                    apiVersion: v1
                    kind: ReplicationController
                    spec: {template: {spec: {containers: [{image: rc}]}}}
                    ---
                    apiVersion: v1
                    kind: Pod
                    spec:
                      initContainers: [{image: init}]
                      containers: [{image: main}, {name: no-image}]
                      ephemeralContainers: [{image: debug}]
                      volumes:
                        - {name: data, image: {reference: "data:1", pullPolicy: Always}}
                        - {name: tmp, emptyDir: {}}
                    """);
            isRight(
                    input(stream.toString()),
                    "deployment",
                    "statefulset",
                    "daemonset",
                    "replicaset",
                    "job",
                    "cronjob",
                    "podtemplate",
                    "rc",
                    "init",
                    "main",
                    "debug",
                    "data:1");
        }

        @Test
        void listsAreLookedIntoAlsoAsJson() {
            isRight(
                    input(
                            "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, spec: {containers: [{image: a}]}}\n"),
                    "a");
            isRight(
                    input(
                            "{\"apiVersion\": \"v1\", \"kind\": \"PodList\", \"items\": [{\"apiVersion\": \"v1\", \"kind\": \"Pod\","
                                    + " \"spec\": {\"containers\": [{\"image\": \"b:1\"}]}}]}"),
                    "b:1");
        }

        @Test
        void policyAndSecretsAreCarriedOver() {
            Found found = input("""
                    apiVersion: v1
                    kind: Pod
                    spec:
                      imagePullSecrets: [{name: one}, {name: two}]
                      containers:
                        - {image: a, imagePullPolicy: Always}
                        - {image: b, imagePullPolicy: IfNotPresent}
                        - {image: c, imagePullPolicy: Never}
                        - {image: d}
                    """);
            assertThat(found.images())
                    .extracting(FoundImage::policy)
                    .containsExactly(WhenToPull.ALWAYS, WhenToPull.IF_NOT_PRESENT, WhenToPull.NEVER, null);
            assertThat(found.images())
                    .allSatisfy(image -> assertThat(image.pullSecrets()).containsExactly("one", "two"));
        }

        @Test
        void theSameImageTwiceIsOneWithBothPlacesAndTheStrongerPolicy() {
            Found found = input("""
                    apiVersion: v1
                    kind: Pod
                    spec:
                      containers:
                        - {image: a, imagePullPolicy: Never}
                        - {image: a, imagePullPolicy: Always}
                    """);
            assertThat(found.images()).singleElement().satisfies(image -> {
                assertThat(image.policy()).isEqualTo(WhenToPull.ALWAYS);
                assertThat(image.places())
                        .extracting(place -> place.at().line())
                        .containsExactly(5, 6);
                assertThat(image.places().getFirst().path()).isEqualTo("spec.containers[0].image");
            });
        }

        @Test
        void customResourcesArePodsWhereTheyHaveContainers() {
            isRight(input("""
                            apiVersion: serving.knative.dev/v1
                            kind: Service
                            spec: {template: {spec: {containers: [{image: knative}]}}}
                            ---
                            apiVersion: ray.io/v1
                            kind: RayCluster
                            spec:
                              headGroupSpec: {template: {spec: {containers: [{image: head}]}}}
                              workerGroupSpecs: [{template: {spec: {initContainers: [{image: wait}], containers: [{image: worker}]}}}]
                            ---
                            apiVersion: apiextensions.k8s.io/v1
                            kind: CustomResourceDefinition
                            spec: {x: {containers: [{image: not-this}]}}
                            ---
                            apiVersion: v1
                            kind: ConfigMap
                            data: {pod: "containers: [{image: not-this}]"}
                            """), "knative", "head", "wait", "worker");
        }

        @Test
        void helmOutputWorks() {
            isRight(input("""
                            ---
                            # Source: chart/templates/sa.yaml
                            apiVersion: v1
                            kind: ServiceAccount
                            metadata: {name: x}
                            ---
                            # Source: chart/templates/empty.yaml
                            ---
                            # Source: chart/templates/deployment.yaml
                            apiVersion: apps/v1
                            kind: Deployment
                            spec:
                              template:
                                spec:
                                  containers:
                                    - name: x
                                      image: "nginx:1.27"
                            """), "nginx:1.27");
        }

        @Test
        void oneObjectThatIsWrongDoesNotStopTheOthers() {
            Found found = input("""
                    apiVersion: v1
                    kind: Pod
                    spec: {containers: [{image: 1.5}]}
                    ---
                    apiVersion: v1
                    kind: Pod
                    spec: {containers: [{image: a, imagePullPolicy: Sometimes}]}
                    ---
                    [not, a, manifest]
                    ---
                    apiVersion: v1
                    kind: Pod
                    spec: {containers: [{image: b}]}
                    """);
            isWrong(
                    found,
                    "-:3:29: image must be a text, but is the number 1.5",
                    "-:7:49: 'Sometimes' is no pull policy",
                    "-:9:1: a manifest must be a mapping with apiVersion and kind");
            assertThat(found.names()).containsExactly("a", "b");
        }

        @Test
        void whatCameBeforeAMistakeOfYamlIsThere() {
            Found found = input("apiVersion: v1\nkind: Pod\nspec: {containers: [{image: a}]}\n---\na: [\n");
            isWrong(found, "not valid YAML");
            assertThat(found.names()).containsExactly("a");
        }
    }

    @Nested
    class Containerlab {
        @Test
        void anImageComesFromTheNodeThenItsGroupThenItsKindThenTheDefaults() {
            Found found = input("""
                    name: lab
                    topology:
                      defaults: {image: "default:1", kind: linux}
                      kinds:
                        srl: {image: "kind:1", image-pull-policy: always}
                        grouped: {group: g2}
                      groups:
                        g1: {image: "group:1", kind: srl}
                        g2: {image: "group:2"}
                      nodes:
                        own: {kind: srl, group: g1, image: "own:1"}
                        of-group: {group: g1}
                        of-kind: {kind: srl}
                        of-kinds-group: {kind: grouped}
                        plain:
                    """);
            isRight(found, "own:1", "group:1", "kind:1", "group:2", "default:1");
            assertThat(found.images().get(2).policy()).isEqualTo(WhenToPull.ALWAYS);
        }

        @Test
        void someKindsHaveNoImageAndTheOthersMust() {
            Found found = input("""
                    topology:
                      nodes:
                        a: {kind: bridge}
                        b: {kind: ovs-bridge}
                        c: {kind: host}
                        d: {kind: ext-container}
                        e: {kind: k8s-kind, image: "kindest/node:v1"}
                        f: {kind: linux}
                        g: {kind: linux, image: g}
                    """);
            isWrong(
                    found,
                    "-:8:8: the node 'f' has no image: neither itself nor its group, its kind linux or the defaults");
            assertThat(found.names()).containsExactly("g");
        }

        @Test
        void environmentVariablesHaveDefaults() {
            Search search = Search.in(folder, """
                            -- x.clab.yml --
                            topology:
                              nodes:
                                a: {kind: srl, image: "a:${TAG:=1}"}
                                b: {kind: srl, image: "b:${TAG:-2}"}
                                c: {kind: srl, image: "c:${SET}"}
                                d: {kind: srl, image: "d:$SET"}
                                e: {kind: srl, image: "e:${SET:+yes}${TAG+no}"}
                                f: {kind: srl, image: "f:${TAG:=${SET}}"}
                                g: {kind: srl, image: "g", exec: ["echo $$HOME ${UNKNOWN}"]}
                            """).with("SET", "set");
            assertThat(search.images("x.clab.yml"))
                    .containsExactly("a:1", "b:2", "c:set", "d:set", "e:yes", "f:set", "g");
        }

        @Test
        void aMistakeIsReportedWithItsPlace() {
            isWrong(
                    input(SourceKind.CONTAINERLAB, "name: x\n"),
                    "-:1:1: a containerlab topology has the key 'topology'");
            isWrong(
                    input(SourceKind.CONTAINERLAB, "topology:\n  nodes: [a]\n"),
                    "-:2:10: nodes must be a mapping, but is a list");
            isWrong(
                    input(SourceKind.CONTAINERLAB, "topology: {nodes: {a: {image: \"${X\"}}}\n"),
                    "is no form of a variable");
            isWrong(
                    input(
                            SourceKind.CONTAINERLAB,
                            "topology: {nodes: {a: {kind: srl, image: a, image-pull-policy: x}}}"),
                    "'x' is no pull policy");
        }
    }

    @Nested
    class Clabernetes {
        private static final String TOPOLOGY = """
                apiVersion: v1
                kind: Namespace
                metadata: {name: x}
                ---
                apiVersion: clabernetes.containerlab.dev/v1alpha1
                kind: Topology
                spec:
                  imagePull:
                    pullThroughOverride: always
                    pullSecrets: [one, two]
                    insecureRegistries: ["r.example:5000"]
                    dockerConfig: config
                  definition:
                    containerlab: |
                      name: lab
                      topology:
                        kinds: {srl: {image: "ghcr.io/nokia/srlinux:${V:=24}"}}
                        nodes:
                          a: {kind: srl}
                """;

        @Test
        void theEmbeddedDefinitionIsReadAndItsWishesAreCarried() {
            Found found = input(TOPOLOGY);
            isRight(found, "ghcr.io/nokia/srlinux:24");
            assertThat(found.images().getFirst().places()).singleElement().satisfies(place -> {
                assertThat(place.kind()).isEqualTo(SourceKind.CLABERNETES);
                assertThat(place.at()).hasToString("-:17");
            });
            assertThat(found.wishes())
                    .isEqualTo(new JobWishes("always", List.of("one", "two"), List.of("r.example:5000"), "config"));
        }

        @Test
        void aMistakeInTheDefinitionIsReportedAtItsLineOfTheFile() {
            isWrong(input(TOPOLOGY.replace("nodes:", "nodes: [")), "not valid YAML");
            isWrong(input(TOPOLOGY.replace("a: {kind: srl}", "a: {kind: linux}")), "-:19: the node 'a' has no image");
        }

        @Test
        void whatCannotBeHonouredIsRefusedByName() {
            Found found = input(TOPOLOGY.replace("dockerConfig: config", "dockerDaemonConfig: daemon"));
            isWrong(found, "-:12:25: imagePull.dockerDaemonConfig cannot be honoured");
            assertThat(found.names()).hasSize(1);
            isWrong(input(TOPOLOGY.replace("always", "perhaps")), "pullThroughOverride must be auto, always or never");
            isWrong(
                    input(TOPOLOGY.replace("containerlab: |", "kne: |")),
                    "only definitions of containerlab can be read");
        }
    }
}
