// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import dev.pullcast.cli.client.RemoteJob;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code pullcast watch JOB}. */
@Command(
        name = "watch",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Follows a job of a gateway until it has ended; goes on where it was after a lost connection.")
public final class WatchCommand implements Callable<Integer> {
    @Mixin
    private GatewayOptions gateway = new GatewayOptions();

    @Mixin
    private Console console = new Console();

    @Parameters(paramLabel = "JOB", description = "The job's id, as POST /v1/pulls or pull --detach gives it.")
    private String job = "";

    @Override
    public Integer call() throws InterruptedException {
        var outcome = RemoteJob.follow(gateway.client(), job, console.display(), InstantSource.system());
        return Endings.of(outcome.result(), console.terminal().err());
    }
}
