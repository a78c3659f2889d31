// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.job.Credentials;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.sealed.RegistryLogin;
import dev.pullcast.contract.sealed.SealedFor;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A login in the body of a request: sealed for one registry, or refused; never passed on. */
class LoginInARequestTest {
    private static final String ID = "01JABCDEFGHJKMNPQRSTVWXYZ0";

    private static final Instant NOW = Instant.ofEpochSecond(1_000_000);

    private final List<RegistryLogin> sealed = new ArrayList<>();
    private final List<SealedFor> uses = new ArrayList<>();

    private String seal(RegistryLogin login, SealedFor use) {
        sealed.add(login);
        uses.add(use);
        return "sealed." + sealed.size() + ".a.b.c";
    }

    private static JobReader.Result read(String json, @Nullable BiFunction<RegistryLogin, SealedFor, String> seal) {
        return JobReader.read(
                json.replace('\'', '"').getBytes(StandardCharsets.UTF_8),
                JobLimits.DEFAULT,
                new JobReader.Intake(() -> ID, seal, "only", InstantSource.fixed(NOW)));
    }

    private PullJob job(String json) {
        assertThat(read(json, this::seal)).isInstanceOf(JobReader.Accepted.class);
        sealed.clear();
        uses.clear();
        return (PullJob) ((JobReader.Accepted) read(json, this::seal)).record();
    }

    private static Credentials opaque(int number) {
        return new Credentials(null, "sealed." + number + ".a.b.c");
    }

    @Nested
    class OfOneImage {
        @Test
        void isSealedForTheRegistryOfTheImage() {
            PullJob job = job("{'images':[{'image':'r.example:5000/app:1','credentials':"
                    + "{'username':'me','password':'s3cret','serveraddress':''}}]}");
            assertThat(job.images().getFirst().credentials()).isEqualTo(opaque(1));
            assertThat(sealed).containsExactly(new RegistryLogin("me", "s3cret", null, null, "r.example:5000"));
        }

        @Test
        void mayComeInEveryFormThatDockerWrites() {
            job("{'images':[{'image':'alpine','credentials':{'auth':'bWU6czM6Y3JldA==',"
                    + "'serveraddress':'https://index.docker.io/v1/'}},"
                    + "{'image':'b','credentials':{'identitytoken':'t1'}},"
                    + "{'image':'c','credentials':{'username':'','registrytoken':'t2'}}]}");
            assertThat(sealed)
                    .containsExactly(
                            new RegistryLogin("me", "s3:cret", null, null, "docker.io"),
                            new RegistryLogin(null, null, "t1", null, "docker.io"),
                            new RegistryLogin(null, null, null, "t2", "docker.io"));
        }
    }

    @Nested
    class OfAJob {
        @Test
        void goesToEachImageOfItsRegistryThatHasNoneOfItsOwn() {
            PullJob job = job("{'images':['r.example/a',{'image':'r.example/b','platform':'linux/arm64','project':'p'},"
                    + "{'image':'r.example/c','credentials':{'name':'own'}},'alpine'],"
                    + "'credentials':{'username':'me','password':'s3cret','serveraddress':'r.example'}}");
            assertThat(job.credentials()).isNull();
            assertThat(job.images())
                    .containsExactly(
                            new ImageRequest("r.example/a", null, null, opaque(1)),
                            new ImageRequest("r.example/b", "linux/arm64", "p", opaque(2)),
                            new ImageRequest("r.example/c", null, null, new Credentials("own", null)),
                            ImageRequest.of("alpine"));
        }

        @Test
        void needNotSayForWhichRegistryItIsWhereThereIsOne() {
            job("{'images':['r.example/a','r.example/b'],'credentials':{'username':'me','password':'s3cret'}}");
            assertThat(sealed).extracting(RegistryLogin::serverAddress).containsExactly("r.example", "r.example");
        }
    }

    @Nested
    class IsSealedForOneUse {
        private static final String LOGIN = "'credentials':{'username':'me','password':'s3cret'}";

        @Test
        void ofThisJobProjectAndImageUntilItsDeadline() {
            job("{'images':['r.example/a',{'image':'r.example/b:2','project':'p2'}],'project':'p1',"
                    + "'activeDeadlineSeconds':60," + LOGIN + "}");
            assertThat(uses)
                    .containsExactly(
                            new SealedFor(ID, "p1", "r.example/a:latest", 1_000_000 + 60 + 300),
                            new SealedFor(ID, "p2", "r.example/b:2", 1_000_000 + 60 + 300));
        }

        @Test
        void ofTheOnlyProjectOfItsSenderAndOfTheIdThatItGetsElsewhere() {
            job("{'id':'01JD5Q8W3ZJ4T0N6R2V7X9A1BC','images':[{'image':'alpine'," + LOGIN + "}]}");
            assertThat(uses)
                    .containsExactly(new SealedFor(
                            "01JD5Q8W3ZJ4T0N6R2V7X9A1BC",
                            "only",
                            "docker.io/library/alpine:latest",
                            1_000_000 + 3600 + 300));
        }

        @Test
        void ofAStandingSetForAMonth() {
            job("{'images':['alpine'],'keep':true," + LOGIN + "}");
            assertThat(uses).extracting(SealedFor::expires).containsExactly(1_000_000L + 30 * 24 * 3600);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ['r.example/a','alpine'] | {'username':'me','password':'s3cret'} | credentials.serveraddress: is missing; say for which registry the login is, because the images are from docker.io, r.example
            ['alpine'] | {'username':'me','password':'s3cret','serveraddress':'r.example'} | credentials.serveraddress: is the registry of no image that has no credentials of its own
            [{'image':'a','credentials':{'name':'x'}}] | {'username':'me','password':'s3cret'} | credentials.serveraddress: is missing, and every image has credentials of its own
            ['a'] | {'username':'me'} | credentials: must have username and password, or auth, or identitytoken, or registrytoken
            ['a'] | {'auth':'s3cret'} | credentials.auth: must be the base64 of user:password
            ['a'] | {'username':'me','password':7} | credentials.password: must be a string, not a number
            ['a'] | {'name':'x','password':'s3cret'} | credentials: must have exactly one of name, sealed and a login
            ['a'] | {} | credentials: must have exactly one of name, sealed and a login
            [{'image':'a','credentials':{'username':'me','password':'s3cret','serveraddress':'r.example'}}] | null | images[0].credentials.serveraddress: is not the registry of the image, which is docker.io
            """)
    void thatCannotBeUsedIsRefusedWithoutBeingQuoted(String images, String credentials, String reason) {
        JobReader.Result result = read("{'images':" + images + ",'credentials':" + credentials + "}", this::seal);
        assertThat(result)
                .asInstanceOf(InstanceOfAssertFactories.type(JobReader.Rejected.class))
                .extracting(JobReader.Rejected::reasons)
                .asInstanceOf(InstanceOfAssertFactories.list(String.class))
                .contains(reason)
                .noneMatch(text -> text.contains("s3cret"));
    }

    @Test
    void isRefusedWhereThereIsNoKeyToSealItWith() {
        JobReader.Result result = read("{'images':['a'],'credentials':{'username':'me','password':'s3cret'}}", null);
        assertThat(result)
                .isEqualTo(new JobReader.Rejected(
                        ID,
                        List.of("credentials.password: this gateway has no key to seal a login with (setting"
                                + " credentials.keys), and none goes on in clear; name credentials that the workers"
                                + " hold")));
    }

    @Test
    void doesNotCountWhereJobsAreComparedBecauseNoTwoSealsAreAlike() {
        String json = "{'images':[{'image':'a','credentials':{'username':'me','password':'s3cret'}}]}";
        PullJob first = (PullJob) ((JobReader.Accepted) read(json, this::seal)).record();
        PullJob second = (PullJob) ((JobReader.Accepted) read(json, this::seal)).record();
        assertThat(first).isNotEqualTo(second);
        assertThat(JobContent.fingerprint(first)).isEqualTo(JobContent.fingerprint(second));
        PullJob without = PullJob.of(ID, List.of(ImageRequest.of("a")));
        assertThat(JobContent.fingerprint(without)).isNotEqualTo(JobContent.fingerprint(first));
    }
}
