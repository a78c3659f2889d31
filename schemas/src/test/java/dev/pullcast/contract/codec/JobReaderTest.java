// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.codec.JobReader.Accepted;
import dev.pullcast.contract.codec.JobReader.Rejected;
import dev.pullcast.contract.codec.JobReader.Result;
import dev.pullcast.contract.job.CancelJob;
import dev.pullcast.contract.job.Credentials;
import dev.pullcast.contract.job.ImagePull;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.JobRecord;
import dev.pullcast.contract.job.Keeping;
import dev.pullcast.contract.job.LabelSelector;
import dev.pullcast.contract.job.PauseJob;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.job.PullPolicy;
import dev.pullcast.contract.job.PullThrough;
import dev.pullcast.contract.job.Rollout;
import dev.pullcast.contract.job.Target;
import dev.pullcast.contract.job.WorkersAtOnce;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobReaderTest {
    private static final String ULID = "01JABCDEFGHJKMNPQRSTVWXYZ0";
    private static final String UUID_V7 = "01932c07-209c-7e7d-8d2a-6f1e0b2f3c4d";
    private static final String JWE = "eyJhbGciOiJkaXIifQ..aXY.c2VjcmV0LWNpcGhlcg.dGFn";

    @Nested
    class AGoodRecord {
        @Test
        void withOnlyIdAndImagesHasAllDefaults() {
            assertThat(accepted("{'id':'" + ULID + "','images':['alpine']}"))
                    .isEqualTo(PullJob.of(ULID, List.of(ImageRequest.of("alpine"))));
        }

        @Test
        void keepsEveryField() {
            String json = """
                    {'apiVersion':'pullcast.dev/v1','kind':'PullJob','id':'%s','images':['alpine',
                     {'image':'ghcr.io/team/app:1','platform':'Linux/aarch64/v8','project':'team-a',
                      'credentials':{'name':'ghcr'}}],
                     'pullPolicy':'Always','target':{'mode':'any','workers':['node-1'],'labels':{'zone':'b'},'selector':'!gpu'},
                     'parallelism':2,'backoffLimit':0,'timeoutSeconds':60,'activeDeadlineSeconds':604800,
                     'workersAtOnce':'25%%','spread':60,'paused':true,'ttlSecondsAfterFinished':0,'keep':true,'refreshSeconds':10,'removeOnExpiry':true,
                     'pullThrough':'never','pullSecrets':['regcred'],'credentials':{'sealed':'%s'},'project':'p','labels':{'example.com/a':''}}""".formatted(UUID_V7, JWE);
            assertThat(accepted(json))
                    .isEqualTo(new PullJob(
                            UUID_V7,
                            List.of(
                                    ImageRequest.of("alpine"),
                                    new ImageRequest(
                                            "ghcr.io/team/app:1",
                                            "linux/arm64",
                                            "team-a",
                                            new Credentials("ghcr", null))),
                            PullPolicy.ALWAYS,
                            new Target(
                                    Target.Mode.ANY,
                                    List.of("node-1"),
                                    Map.of("zone", "b"),
                                    LabelSelector.parse("!gpu")),
                            2,
                            0,
                            60,
                            604800,
                            new Rollout(new WorkersAtOnce(25, true), 60, true),
                            new Keeping(0, true, 10, true, null),
                            new ImagePull(PullThrough.NEVER, List.of("regcred"), List.of(), null),
                            new Credentials(null, JWE),
                            "p",
                            Map.of("example.com/a", "")));
        }

        @Test
        void mayHaveUnknownFieldsAndNulls() {
            assertThat(accepted("{'id':'" + ULID + "','images':[{'image':'alpine','platform':null,'x':1}],"
                            + "'parallelism':null,'target':null,'newField':{'a':[1]}}"))
                    .isEqualTo(PullJob.of(ULID, List.of(ImageRequest.of("alpine"))));
        }

        @Test
        void mayBeACancelOrAPause() {
            assertThat(accepted("{'kind':'CancelJob','id':'" + ULID + "','message':'wrong tag'}"))
                    .isEqualTo(new CancelJob(ULID, "wrong tag"));
            assertThat(accepted("{'kind':'CancelJob','id':'" + ULID + "'}")).isEqualTo(new CancelJob(ULID, null));
            assertThat(accepted("{'kind':'PauseJob','id':'" + ULID + "','paused':true}"))
                    .isEqualTo(new PauseJob(ULID, true, null));
            assertThat(accepted("{'kind':'PauseJob','id':'" + ULID + "','paused':false,'workersAtOnce':3}"))
                    .isEqualTo(new PauseJob(ULID, false, WorkersAtOnce.of(3)));
        }
    }

    @Nested
    class ABadField {
        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
                'images':[]                                     | images: is empty; name at least one image
                'images':null                                   | images: is missing; name at least one image
                'images':'alpine'                               | images: must be an array, not a string
                'images':[1]                                    | images[0]: must be a string or an object, not a number
                'images':[null]                                 | images[0]: must be a string or an object, not null
                'images':['a','B']                              | images[1]: invalid image reference 'B': the repository name must be lower case
                'images':[{}]                                   | images[0].image: is missing
                'images':[{'image':['a']}]                      | images[0].image: must be a string, not an array
                'images':[{'image':'a@b'}]                      | images[0].image: invalid image reference '***@b': the digest must be sha256: with 64 or sha512: with 128 lower-case hex digits; a login does not belong into a name
                'images':[{'image':'a','platform':'arm64'}]     | images[0].platform: invalid platform 'arm64': write os/architecture[/variant]
                'images':[{'image':'a','platform':1}]           | images[0].platform: must be a string, not a number
                'images':[{'image':'a','project':''}]           | images[0].project: must be 1 to 63 letters, digits, '.', '_' or '-', with a letter or digit first and last
                'images':[{'image':'a','credentials':{}}]       | images[0].credentials: must have exactly one of name and sealed
                'kind':'PullJobs'                               | kind: 'PullJobs' is unknown; write PullJob, CancelJob or PauseJob
                'kind':7                                        | kind: must be a string, not a number
                'apiVersion':'pullcast.dev/v2'                  | apiVersion: 'pullcast.dev/v2' is unknown; write pullcast.dev/v1
                'pullPolicy':'Never'                            | pullPolicy: 'Never' is unknown; write IfNotPresent or Always
                'pullPolicy':true                               | pullPolicy: must be a string, not true or false
                'pullThrough':'always'                          | pullThrough: 'always' is rejected until containerd is supported; write auto or never
                'pullSecrets':['a','b']                         | pullSecrets: has 2 elements; at most 1 are allowed
                'pullSecrets':['a b']                           | pullSecrets[0]: must be 1 to 128 letters, digits, '.', '_', '-' or '/', with a letter or digit first and last
                'insecureRegistries':['r:5000']                 | insecureRegistries: is rejected: only an engine's own settings can allow it to speak to a registry without TLS; write the registries to insecure-registries of each engine's daemon.json
                'dockerConfig':'secret'                         | dockerConfig: is rejected: workers cannot read a cluster's secrets; give them the config.json, and name it in credentials if it is not for all images
                'target':'all'                                  | target: must be an object, not a string
                'target':{'mode':'some'}                        | target.mode: 'some' is unknown; write all or any
                'target':{'workers':'w'}                        | target.workers: must be an array, not a string
                'target':{'workers':['w',' ']}                  | target.workers[1]: must be a worker's id: 1 to 253 characters
                'target':{'labels':{'zone':1}}                  | target.labels.zone: must be a string, not a number
                'parallelism':0                                 | parallelism: must be from 1 to 64
                'workersAtOnce':'30'                            | workersAtOnce: must be a whole number or a percentage such as 25%
                'workersAtOnce':'101%'                          | workersAtOnce: must be from 0 to 100 percent
                'workersAtOnce':-1                              | workersAtOnce: must be from 0 to 100000
                'workersAtOnce':true                            | workersAtOnce: must be a whole number or a text, not true or false
                'removeOnExpiry':true                           | removeOnExpiry: is for jobs with keep: true
                'refreshSeconds':60                             | refreshSeconds: is for jobs with keep: true
                'set':'x'                                       | set: must be the id of a job
                'spread':3600                                   | spread: must be less than activeDeadlineSeconds (3600)
                'target':{'selector':'a in b'}                  | target.selector: cannot be read from character 1 on; write key=value, key!=value, key in (a, b), key notin (a, b), key or !key, with commas between them
                'parallelism':'2'                               | parallelism: must be a whole number, not a string
                'parallelism':2.0                               | parallelism: must be a whole number, not a number with a fraction or exponent
                'parallelism':4294967297                        | parallelism: must be from 1 to 64
                'backoffLimit':-1                               | backoffLimit: must be from 0 to 100
                'timeoutSeconds':0                              | timeoutSeconds: must be from 1 to 86400
                'activeDeadlineSeconds':0                       | activeDeadlineSeconds: must be from 1 to 604800
                'activeDeadlineSeconds':604801                  | activeDeadlineSeconds: must be from 1 to 604800
                'credentials':{'name':'a','sealed':'a..b.c.d'}  | credentials: must have exactly one of name and sealed
                'credentials':{'name':null}                     | credentials: must have exactly one of name and sealed
                'credentials':{'name':'a b'}                    | credentials.name: must be 1 to 128 letters, digits, '.', '_', '-' or '/', with a letter or digit first and last
                'credentials':{'sealed':'a.b'}                  | credentials.sealed: must be a compact JWE (five base64url parts) of at most 16384 characters
                'credentials':{'name':'a','password':'s3cret'}  | credentials.password: a job must not carry a secret in clear; name credentials that the workers hold
                'credentials':'ghcr'                            | credentials: must be an object, not a string
                'labels':['a']                                  | labels: must be an object, not an array
                'labels':{'a b':'c'}                            | labels: the key 'a b' must be 1 to 128 letters, digits, '.', '_', '-' or '/', with a letter or digit first and last
                'labels':{'a':'b\\nc'}                          | labels.a: must be at most 256 characters on one line
                'project':1                                     | project: must be a string, not a number
                """)
        void isNamedInTheReason(String field, String reason) {
            String name = field.substring(0, field.indexOf(':'));
            String images = name.equals("'images'") ? "" : "'images':['alpine'],";
            assertThat(read("{'id':'" + ULID + "'," + images + field + "}"))
                    .isEqualTo(new Rejected(ULID, List.of(reason)));
        }

        @Test
        void doesNotHideTheOthers() {
            assertThat(rejected("{'images':[],'parallelism':-1,'kind':'PullJob'}")
                            .reasons())
                    .containsExactly(
                            "id: is missing",
                            "images: is empty; name at least one image",
                            "parallelism: must be from 1 to 64");
        }

        @Test
        void isAmongBoundedReasons() {
            String images = IntStream.range(0, 100).mapToObj(i -> "'A'").collect(Collectors.joining(","));
            assertThat(rejected("{'id':'" + ULID + "','images':[" + images + "]}")
                            .reasons())
                    .hasSize(21)
                    .endsWith("and 80 more");
        }

        @Test
        void ofACancelOrPauseIsNamedToo() {
            assertThat(rejected("{'kind':'PauseJob','id':'" + ULID + "'}").reasons())
                    .containsExactly("paused: is missing; write true to pause and false to go on");
            assertThat(rejected("{'kind':'PauseJob','id':'" + ULID + "','paused':'true'}")
                            .reasons())
                    .containsExactly("paused: must be true or false, not a string");
            assertThat(rejected("{'kind':'CancelJob','id':'" + ULID + "','message':'" + "x".repeat(1025) + "'}")
                            .reasons())
                    .containsExactly("message: must be at most 1024 characters, one line");
        }

        @Test
        void thatIsASecretIsNeverRepeated() {
            List<String> texts = List.of(
                    "{'credentials':{'password':'s3cret'},'images':['a']}",
                    "{'credentials':{'sealed':'s3cret'},'images':['a']}",
                    "{'credentials':{'name':'s3cret !'},'images':['a']}",
                    "{'credentials':{'password':s3cret}}",
                    "{'credentials':{'password':'s3cret}}");
            for (String text : texts) {
                assertThat(rejected(text).toString()).doesNotContain("s3cret");
            }
            assertThat(read("{'id':'" + ULID + "','images':['a'],'credentials':{'sealed':'" + JWE + "'}}")
                            .toString())
                    .doesNotContain(JWE);
        }
    }

    @Nested
    class AnId {
        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
                ''                                    | is empty
                job-1                                 | has 5 characters; a ULID has 26 and a UUIDv7 has 36
                01jabcdefghjkmnpqrstvwxyz0            | has lower-case letters; a ULID is written in upper case
                81JABCDEFGHJKMNPQRSTVWXYZ0            | is above the largest ULID, which begins with 7
                01JABCDEFGHJKMNPQRSTVWXYZI            | has a character that no ULID has (allowed are 0-9 and A-Z without I, L, O and U)
                01932C07-209C-7E7D-8D2A-6F1E0B2F3C4D  | has upper-case letters; a UUID is written in lower case
                0193-2c07209c-7e7d-8d2a-6f1e0b2f3c4d  | is not a UUID (hex digits in groups of 8-4-4-4-12)
                7d444840-9dc0-41d1-b245-5ffdce74fad2  | is a UUID of version 4; version 7 is needed
                01932c07-209c-7e7d-cd2a-6f1e0b2f3c4d  | is a UUID of another variant than RFC 9562's
                """)
        void thatIsBadIsExplainedAndShown(String id, String why) {
            assertThat(read("{'id':'" + id + "','images':['alpine']}"))
                    .isEqualTo(new Rejected(id.isEmpty() ? null : id, List.of("id: '" + id + "' " + why)));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "00000000000000000000000000",
                    "7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
                    "01932c07-209c-7e7d-8d2a-6f1e0b2f3c4d",
                    "01932c07-209c-7e7d-bd2a-6f1e0b2f3c4d"
                })
        void thatIsGoodIsTaken(String id) {
            assertThat(accepted("{'id':'" + id + "','images':['alpine']}").id()).isEqualTo(id);
        }

        @Test
        void isFoundWhereTheRestIsBad() {
            assertThat(rejected("{'id':'" + ULID + "','images':").id()).isEqualTo(ULID);
            assertThat(rejected("{'x':[{'id':'no'}],'id':'" + ULID + "',}").id())
                    .isEqualTo(ULID);
            assertThat(rejected("{'id':'" + ULID + "','id':'" + ULID + "'}").id())
                    .isEqualTo(ULID);
            assertThat(rejected("{'id':'" + ULID + "','x':" + "[".repeat(40) + "]".repeat(40) + "}")
                            .id())
                    .isEqualTo(ULID);
            assertThat(rejected("{'id':'" + ULID + "','x':'" + "x".repeat(1 << 20) + "'}")
                            .id())
                    .isEqualTo(ULID);
        }

        @Test
        void thatNoEventCouldCarryIsNotShown() {
            assertThat(rejected("{'id':'a\\nb','images':['a']}").id()).isNull();
            assertThat(rejected("{'id':'" + "x".repeat(129) + "','images':['a']}")
                            .id())
                    .isNull();
            assertThat(rejected("{'id':7,'images':['a']}").id()).isNull();
        }

        @Test
        void thatIsAbsentIsMadeForARequestButNotForACancel() {
            assertThat(JobReader.read(
                            bytes("{'images':['alpine']}"), JobLimits.DEFAULT, new JobReader.Intake(() -> ULID, null)))
                    .isEqualTo(new Accepted(PullJob.of(ULID, List.of(ImageRequest.of("alpine")))));
            assertThat(JobReader.read(
                            bytes("{'images':['alpine'],'id':'" + UUID_V7 + "'}"),
                            JobLimits.DEFAULT,
                            new JobReader.Intake(() -> ULID, null)))
                    .isEqualTo(new Accepted(PullJob.of(UUID_V7, List.of(ImageRequest.of("alpine")))));
            assertThat(JobReader.read(
                            bytes("{'kind':'CancelJob'}"), JobLimits.DEFAULT, new JobReader.Intake(() -> ULID, null)))
                    .isEqualTo(new Rejected(null, List.of("id: is missing")));
        }
    }

    /** Only the coordinator gives jobs to sets; it checks those that come as records. */
    @Nested
    class TheNameOfASet {
        @Test
        void isRefusedInARequestWhateverIsWithIt() {
            for (String more :
                    List.of("", ",'removeOnExpiry':true", ",'keep':true", ",'keep':true,'removeOnExpiry':true")) {
                var result = JobReader.read(
                        bytes("{'images':['alpine'],'set':'" + ULID + "'" + more + "}"),
                        JobLimits.DEFAULT,
                        new JobReader.Intake(() -> ULID, null));
                assertThat(((Rejected) result).reasons()).as(more).anyMatch(reason -> reason.startsWith("set: "));
            }
        }

        @Test
        void isReadInARecord() {
            var result = JobReader.read(
                    bytes("{'id':'" + ULID + "','images':['alpine'],'set':'" + ULID + "','removeOnExpiry':true}"),
                    JobLimits.DEFAULT);
            assertThat(result).isInstanceOf(Accepted.class);
        }
    }

    @Nested
    class ATextThatIsNoJob {
        @Test
        void becauseItIsATombstoneIsRejected() {
            assertThat(JobReader.read(null, JobLimits.DEFAULT))
                    .isEqualTo(
                            new Rejected(null, List.of("value: is null (a tombstone); a job is ended by a CancelJob")));
        }

        @Test
        void becauseItIsNotUtf8IsRejectedWithItsId() {
            byte[] json = "{'id':'%s','project':'\u00e9'}"
                    .formatted(ULID)
                    .replace('\'', '"')
                    .getBytes(StandardCharsets.ISO_8859_1);
            assertThat(JobReader.read(json, JobLimits.DEFAULT))
                    .isEqualTo(new Rejected(ULID, List.of("value: is not UTF-8")));
        }

        @Test
        void becauseItIsUtf16IsRejectedThoughItsBytesAreUtf8() {
            byte[] json = bytes("{'id':'" + ULID + "','images':['alpine']}");
            byte[] utf16 = new String(json, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_16BE);
            assertThat(JobReader.read(utf16, JobLimits.DEFAULT)).isInstanceOf(Rejected.class);
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                ``                         | value: must be a JSON object; it is empty
                []                         | value: must be a JSON object
                'alpine'                   | value: must be a JSON object
                null                       | value: must be a JSON object
                {'images':                 | value: is not JSON: it ends too early
                {'images':alpine}          | value: is not JSON: unexpected text at line 1, column 11
                {} {}                      | value: is not JSON: unexpected text at line 1, column 4
                {'a':1,'a':2}              | value: has the same key twice in one object at line 1, column 11
                {'t':{'a':1,'a':2}}        | value: has the same key twice in one object at line 1, column 16
                """)
        void isRejectedWithAReason(String json, String reason) {
            assertThat(read(json)).isEqualTo(new Rejected(null, List.of(reason)));
        }

        @Test
        void becauseItIsTooLargeOrTooDeepIsRejected() {
            assertThat(rejected("{'x':'" + "x".repeat(1 << 20) + "'}").reasons())
                    .containsExactly("value: has 1048584 bytes; at most 1048576 are allowed");
            assertThat(rejected("{'x':" + "[".repeat(32) + "]".repeat(32) + "}").reasons())
                    .containsExactly("value: is nested deeper than 32 levels");
            assertThat(rejected("{'x':" + "1".repeat(100) + "}").reasons())
                    .singleElement(InstanceOfAssertFactories.STRING)
                    .startsWith("value: has a name, string or number that is too long");
        }

        @Test
        void becauseItHasTooManyOfSomethingIsRejected() {
            JobLimits small = new JobLimits(10_000, 8, 2, 1, 1);
            String json = "{'id':'" + ULID + "','images':['a','b','c'],'labels':{'a':'','b':''},"
                    + "'target':{'workers':['a','b'],'labels':{'a':'','b':''}}}";
            assertThat(JobReader.read(bytes(json), small))
                    .isEqualTo(new Rejected(
                            ULID,
                            List.of(
                                    "images: has 3 elements; at most 2 are allowed",
                                    "target.workers: has 2 elements; at most 1 are allowed",
                                    "target.labels: has 2 labels; at most 1 are allowed",
                                    "labels: has 2 labels; at most 1 are allowed")));
        }
    }

    private static JobRecord accepted(String json) {
        Result result = read(json);
        assertThat(result).isInstanceOf(Accepted.class);
        return ((Accepted) result).record();
    }

    private static Rejected rejected(String json) {
        Result result = read(json);
        assertThat(result).isInstanceOf(Rejected.class);
        return (Rejected) result;
    }

    private static Result read(String json) {
        return JobReader.read(bytes(json), JobLimits.DEFAULT);
    }

    /** JSON with single quotes, for the eye. */
    private static byte[] bytes(String json) {
        return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }
}
