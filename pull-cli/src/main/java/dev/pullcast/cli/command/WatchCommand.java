// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import dev.pullcast.cli.client.RemoteJob;
import dev.pullcast.cli.render.Board;
import dev.pullcast.cli.render.FleetDisplay;
import dev.pullcast.cli.render.Terminal;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pullcast watch [JOB]}. */
@Command(
        name = "watch",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        versionProvider = Version.class,
        description = "Follows a job of a gateway until it has ended, or without one everything that goes on behind it,"
                + " until Ctrl-C. After a lost connection it goes on where it was.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "  0:the job ended, and every image is there",
            "  1:at least one is not",
            "  2:wrong usage",
            " 69:the gateway cannot be reached",
            "130:stopped by Ctrl-C; jobs go on"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  pullcast watch                          everything behind http://127.0.0.1:8080",
            "  pullcast watch --gateway http://gw:8080 018f6f2c-7f1e-7cc3-98c4-dc0c0c07398f",
            "  pullcast watch --tty /dev/tty1          on the screen of a machine that has nothing else"
        })
public final class WatchCommand implements Callable<Integer> {
    /** For a Linux console: never blank the screen, clear it, begin at the top (console_codes(4)). */
    private static final String WAKE = "\033[9;0]\033[H\033[J";

    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "JOB",
            description = "The job's id, as POST /v1/pulls or pull --detach gives it. Default: all jobs.")
    private @Nullable String job;

    @Option(
            names = "--tty",
            paramLabel = "DEVICE",
            description = "Draw on this terminal, as /dev/tty1, and wait for the gateway however long it is gone.")
    private @Nullable File tty;

    @Mixin
    private GatewayOptions gateway = new GatewayOptions();

    @Mixin
    private Console console = new Console();

    @SuppressWarnings("NullAway.Init") // picocli sets it
    public WatchCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        File device = tty;
        if (device == null) {
            return show(console.terminal());
        }
        try (PrintWriter screen = new PrintWriter(device, StandardCharsets.UTF_8)) {
            screen.print(WAKE);
            return show(Terminal.at(device, screen, spec.commandLine().getErr(), System.getenv()));
        } catch (IOException e) {
            spec.commandLine()
                    .getErr()
                    .println("pullcast: cannot draw on " + device + ": " + e.getMessage()
                            + ". Run this as root, or as a user of the group `tty`.");
            return ExitCodes.UNAVAILABLE;
        }
    }

    private int show(Terminal terminal) throws InterruptedException {
        PrintWriter err = terminal.err();
        try (RemoteJob remote = new RemoteJob(gateway.client(), job, tty != null);
                CtrlC ctrlC = new CtrlC(() -> {
                    remote.stop("stopped");
                    return true;
                })) {
            if (job == null) {
                String problem = remote.follow(
                        new FleetDisplay(console.output(), terminal, console.layers()), InstantSource.system());
                if (problem != null && !ctrlC.isPressed()) {
                    err.println("pullcast: " + problem);
                }
                return ExitCodes.UNAVAILABLE;
            }
            Board board = new Board();
            var outcome = remote.follow(console.display(terminal), board, InstantSource.system());
            if (ctrlC.isPressed()) {
                err.println("pullcast: " + Endings.leftOf(board, "The job goes on."));
                return ExitCodes.OK;
            }
            return Endings.of(outcome.result(), err);
        }
    }
}
