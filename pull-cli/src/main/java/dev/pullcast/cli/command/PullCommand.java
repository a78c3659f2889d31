// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import dev.pullcast.cli.client.EventLedger;
import dev.pullcast.cli.client.GatewayClient;
import dev.pullcast.cli.client.JobIds;
import dev.pullcast.cli.client.RemoteJob;
import dev.pullcast.cli.local.EngineCheck;
import dev.pullcast.cli.local.LocalPull;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.job.PullPolicy;
import dev.pullcast.contract.job.PullThrough;
import dev.pullcast.contract.job.Target;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pullcast pull IMAGE…}. */
@Command(
        name = "pull",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Pulls images and shows every one arrive: onto this machine's engine, or through a gateway onto"
                + " all engines that it knows.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            " 0:every image is there",
            " 1:at least one is not; the reason stands in the table",
            " 2:wrong usage",
            "69:the engine or the gateway cannot be reached"
        })
public final class PullCommand implements Callable<Integer> {
    private static final int DEFAULT_JOBS = 4;

    @Spec
    private CommandSpec spec;

    @Mixin
    private GatewayOptions gateway = new GatewayOptions();

    @Mixin
    private Console console = new Console();

    @Parameters(
            arity = "1..*",
            paramLabel = "IMAGE",
            description = "As docker pull takes it: alpine, ghcr.io/team/app:1@sha256:…")
    private List<String> images = List.of();

    @Option(
            names = {"-j", "--jobs"},
            paramLabel = "N",
            description = "Pulls at once, at least 1. Default: 4; with --gateway what each worker allows.")
    private @Nullable Integer jobs;

    @Option(names = "--platform", paramLabel = "OS/ARCH", description = "Default: the engine's own.")
    private @Nullable String platform;

    @Option(
            names = "--policy",
            paramLabel = "WHEN",
            defaultValue = "missing",
            description = "missing: ask the registry only for what is not there. always: ask every time. Default:"
                    + " ${DEFAULT-VALUE}.")
    private Policy policy = Policy.missing;

    @Mixin
    private EngineOptions engine = new EngineOptions();

    @Option(names = "--detach", description = "With --gateway: print the job's id and do not follow it.")
    private boolean detach;

    @Option(names = "--check-events", hidden = true, description = "Fails if an event did not arrive.")
    private boolean checkEvents;

    /** As typed. */
    enum Policy {
        missing(PullPolicy.IF_NOT_PRESENT),
        always(PullPolicy.ALWAYS);

        private final PullPolicy meaning;

        Policy(PullPolicy meaning) {
            this.meaning = meaning;
        }
    }

    @SuppressWarnings("NullAway.Init") // picocli sets it
    public PullCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        Integer atOnce = jobs;
        if (atOnce != null && atOnce < 1) {
            throw new ParameterException(spec.commandLine(), "--jobs must be at least 1");
        }
        String address = engine.address();
        if (gateway.isGiven() && address == null) {
            return throughGateway();
        }
        if (detach || checkEvents) {
            throw new ParameterException(spec.commandLine(), "--detach needs --gateway URL");
        }
        return onThisMachine(address, atOnce == null ? DEFAULT_JOBS : atOnce);
    }

    private int onThisMachine(@Nullable String address, int atOnce) throws InterruptedException {
        var request = new LocalPull.Request(images, platform, policy.meaning, atOnce);
        PrintWriter err = spec.commandLine().getErr();
        Logging.quiet();
        try {
            return Endings.of(
                    LocalPull.run(request, address, System.getenv(), console.display(), InstantSource.system()), err);
        } catch (EngineCheck.EngineUnavailable e) {
            err.println("pullcast: " + e.getMessage());
            return ExitCodes.UNAVAILABLE;
        }
    }

    private int throughGateway() throws InterruptedException {
        PrintWriter err = spec.commandLine().getErr();
        GatewayClient client = gateway.client();
        PullJob job = job();
        try {
            client.enqueue(job);
        } catch (GatewayClient.Refused e) {
            err.println("pullcast: the gateway at " + client.url() + " says: " + e.getMessage());
            return e.status() / 100 == 4 ? ExitCodes.FAILED : ExitCodes.UNAVAILABLE;
        } catch (IOException e) {
            err.println("pullcast: cannot reach the gateway at " + client.url() + ": " + e.getMessage()
                    + ". Start one with: pullcast up");
            return ExitCodes.UNAVAILABLE;
        }
        if (detach) {
            spec.commandLine().getOut().println(job.id());
            return ExitCodes.OK;
        }
        var outcome = RemoteJob.follow(client, job.id(), console.display(), InstantSource.system());
        int code = Endings.of(outcome.result(), err);
        return checkEvents && !areComplete(outcome.ledger()) ? Math.max(code, ExitCodes.FAILED) : code;
    }

    private boolean areComplete(EventLedger events) {
        boolean complete = events.missing() == 0 && events.repeated() == 0;
        spec.commandLine()
                .getErr()
                .println(events.seen() + " events seen over SSE"
                        + (complete
                                ? ", none missing, none twice"
                                : ", " + events.missing() + " missing, " + events.repeated() + " twice"));
        return complete;
    }

    private PullJob job() {
        InstantSource clock = InstantSource.system();
        List<ImageRequest> requests = new ArrayList<>();
        images.forEach(image -> requests.add(new ImageRequest(image, platform, null, null)));
        return new PullJob(
                JobIds.next(clock.instant()),
                requests,
                policy.meaning,
                Target.EVERYBODY,
                jobs,
                null,
                null,
                PullJob.DEFAULT_ACTIVE_DEADLINE_SECONDS,
                PullThrough.AUTO,
                null,
                null,
                Map.of());
    }
}
