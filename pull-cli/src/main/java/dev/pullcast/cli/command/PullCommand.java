// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import dev.pullcast.cli.client.EngineImages;
import dev.pullcast.cli.discover.found.Found;
import dev.pullcast.cli.local.EngineCheck;
import dev.pullcast.cli.local.LocalEngine;
import dev.pullcast.cli.local.LocalPull;
import dev.pullcast.cli.local.LoggedDisplay;
import dev.pullcast.cli.local.Wanted;
import dev.pullcast.cli.lock.DigestCheck;
import dev.pullcast.cli.lock.LockFile;
import dev.pullcast.cli.render.Board;
import dev.pullcast.cli.render.Display;
import dev.pullcast.cli.render.PullLine;
import dev.pullcast.cli.render.Show;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.image.ImageReference.InvalidReference;
import dev.pullcast.contract.text.VisibleText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pullcast pull [PATH|IMAGE…]}. */
@Command(
        name = "pull",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        versionProvider = Version.class,
        description = "Pulls images, or those that a project's files name, and shows every one arrive: onto this"
                + " machine's engine, or through a gateway onto all engines that it knows.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "  0:every image is there",
            "  1:at least one is not; the reason stands in the table",
            "  2:wrong usage",
            " 69:the engine or the gateway cannot be reached",
            "130:stopped by Ctrl-C"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  pullcast pull alpine nginx:1.27",
            "  pullcast pull -p                        all that this folder's files name",
            "  pullcast pull -j 8 --profile test -f compose.yaml web",
            "  helm template chart | pullcast pull --from kubernetes -",
            "  pullcast pull -p --retries 5 --timeout 15m alpine nginx:1.27 redis:7",
            "  pullcast pull --policy always --lock images.lock alpine:3.20",
            "  pullcast pull --verify --lock images.lock alpine:3.20",
            "  pullcast pull --output json alpine | jq -r .type",
            "  pullcast pull --gateway http://127.0.0.1:8080 --target zone=east alpine",
            "  pullcast pull --gateway http://127.0.0.1:8080 -l 'zone in (east,west),!gpu' --any alpine"
        })
public final class PullCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "PATH|IMAGE",
            description =
                    "Files and folders that name images (- for standard input), or images as docker pull takes them:"
                            + " alpine, ghcr.io/team/app:1@sha256:…. Default: the working directory.")
    private List<String> operands = List.of();

    @Mixin
    private PullOptions options = new PullOptions();

    @Mixin
    private SourceOptions sources = new SourceOptions();

    @Mixin
    private Console console = new Console();

    @Mixin
    private EngineOptions engine = new EngineOptions();

    @Mixin
    private GatewayOptions gateway = new GatewayOptions();

    @Option(names = "--detach", description = "With --gateway: print the job's id and do not follow it.")
    private boolean detach;

    @Mixin
    private TargetOptions target = new TargetOptions();

    @Option(names = "--check-events", hidden = true, description = "Fails if an event did not arrive.")
    private boolean checkEvents;

    @SuppressWarnings("NullAway.Init") // picocli sets it
    public PullCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        options.check();
        PrintWriter err = spec.commandLine().getErr();
        String address = engine.address();
        Found found = sources.findOrTake(operands, options.platform());
        boolean allRead = SourceReport.print(found, err);
        try {
            PullPlan plan = PullPlan.of(found, options.when(), options.platform());
            PullPlan.leftOut(found)
                    .forEach(name ->
                            err.println("pullcast: note: " + name + " is built and not pulled, as its source asks"));
            int code = plan.images().isEmpty() ? ExitCodes.OK : run(plan, address);
            return allRead || code != ExitCodes.OK ? code : ExitCodes.FAILED;
        } catch (PullPlan.Unsupported e) {
            err.println("pullcast: " + e.getMessage());
            return ExitCodes.FAILED;
        } catch (EngineCheck.EngineUnavailable e) {
            err.println("pullcast: " + e.getMessage());
            return ExitCodes.UNAVAILABLE;
        } catch (LockFile.LockProblem e) {
            err.println("pullcast: " + e.getMessage());
            return ExitCodes.FAILED;
        } catch (IOException e) {
            err.println("pullcast: cannot write the log " + options.logFile() + ": " + e.getMessage());
            return ExitCodes.USAGE;
        }
    }

    private int run(PullPlan plan, @Nullable String address)
            throws InterruptedException, EngineCheck.EngineUnavailable, LockFile.LockProblem, PullPlan.Unsupported,
                    IOException {
        if (options.list()) {
            return list(plan.images(), address);
        }
        if (gateway.isGiven() && address == null) {
            return throughGateway(plan);
        }
        options.refuseIf(
                detach || checkEvents || target.isGiven(),
                "--detach, --target, --selector and --any need --gateway URL");
        plan.notesForThisMachine().forEach(note -> spec.commandLine().getErr().println("pullcast: note: " + note));
        return onThisMachine(plan.images(), address);
    }

    /** Shows, and asks the engine only where that decides what is shown. */
    private int list(List<Wanted> wanted, @Nullable String address) throws EngineCheck.EngineUnavailable {
        Set<String> names = new LinkedHashSet<>();
        wanted.forEach(image -> names.add(image.image()));
        if (options.onlyMissing()) {
            EngineImages present = LocalEngine.images(address, System.getenv());
            names.removeIf(name -> isThere(present, name));
        }
        names.forEach(name -> spec.commandLine().getOut().println(VisibleText.masked(name, '?')));
        return ExitCodes.OK;
    }

    private static boolean isThere(EngineImages present, String name) {
        try {
            return present.find(ImageReference.parse(name)).isPresent();
        } catch (InvalidReference e) {
            return false;
        }
    }

    private int onThisMachine(List<Wanted> wanted, @Nullable String address)
            throws InterruptedException, EngineCheck.EngineUnavailable, LockFile.LockProblem, IOException {
        Logging.quiet();
        LocalPull pull = new LocalPull(
                new LocalPull.Request(
                        wanted,
                        options.onlyMissing(),
                        new LocalPull.How(options.atOnce(), options.retries(), options.timeout(), options.failFast())),
                address,
                System.getenv(),
                InstantSource.system());
        Board board = new Board(check(wanted));
        PrintWriter err = spec.commandLine().getErr();
        try (CtrlC ctrlC = new CtrlC(() -> pull.cancel("stopped by Ctrl-C or a signal"))) {
            Show.Result result = show(display -> pull.run(display, board));
            if (ctrlC.isPressed()) {
                err.println("pullcast: " + Endings.leftOf(board, "The same command goes on with them."));
            }
            if (board.lines().isEmpty() && result.problem() == null) {
                err.println("pullcast: nothing to pull: every image is there");
                return ExitCodes.OK;
            }
            return locked(Endings.of(result, err), board);
        }
    }

    private int throughGateway(PullPlan plan)
            throws InterruptedException, EngineCheck.EngineUnavailable, LockFile.LockProblem, PullPlan.Unsupported,
                    IOException {
        options.refuseIf(
                plan.images().stream().anyMatch(image -> image.when() == Wanted.When.NEVER),
                "an image is never to be pulled (--policy, or its source), and a gateway can only have images pulled;"
                        + " --policy missing has it pulled where it is not there");
        ThroughGateway through = new ThroughGateway(
                gateway.client(), options, target.target(), spec.commandLine().getErr());
        Integer refused = through.enqueue(plan);
        if (refused != null) {
            return refused;
        }
        if (detach) {
            spec.commandLine().getOut().println(through.job());
            return ExitCodes.OK;
        }
        Board board = new Board(check(plan.images()));
        int[] code = {ExitCodes.INTERNAL};
        show(display -> {
            var outcome = through.follow(display, board);
            code[0] = through.codeOf(outcome, checkEvents);
            return outcome.result();
        });
        return locked(code[0], board);
    }

    /** Something that shows a job. */
    private interface Player {
        Show.Result play(Display display) throws InterruptedException, EngineCheck.EngineUnavailable;
    }

    private Show.Result show(Player player) throws InterruptedException, EngineCheck.EngineUnavailable, IOException {
        Path file = options.logFile();
        if (file == null) {
            return player.play(console.display());
        }
        try (LoggedDisplay display = LoggedDisplay.open(console.display(), file)) {
            return player.play(display);
        }
    }

    private UnaryOperator<PullLine> check(List<Wanted> wanted) throws LockFile.LockProblem {
        Path lock = options.lock();
        if (!options.verify()) {
            return UnaryOperator.identity();
        }
        DigestCheck check = new DigestCheck(lock == null ? LockFile.EMPTY : LockFile.read(lock));
        List<String> unknown =
                wanted.stream().map(Wanted::image).filter(check::knowsNothingOf).toList();
        if (!unknown.isEmpty()) {
            spec.commandLine()
                    .getErr()
                    .println(
                            "pullcast: not verified, because neither pinned nor locked: " + String.join(", ", unknown));
        }
        return check;
    }

    private int locked(int code, Board board) throws LockFile.LockProblem {
        Path lock = options.lock();
        if (lock != null && code == ExitCodes.OK) {
            LockFile.of(board.lines()).write(lock);
        } else if (lock != null) {
            spec.commandLine()
                    .getErr()
                    .println("pullcast: " + lock + " was not written: not every image is there as it should be");
        }
        return code;
    }
}
