// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.registry;

import dev.pullcast.contract.net.Cidr;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Addresses of hosts, within the deadline. The system's look-up cannot be interrupted, so it runs in threads of its own,
 * of which there are few.
 */
final class Lookups {
    private static final int MAX_THREADS = 8;
    private static final int IDLE_SECONDS = 10;

    private final Resolver resolver;
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            0,
            MAX_THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            Thread.ofPlatform().daemon().name("registry-lookup-", 0).factory());

    /** A way from a name to its addresses: {@link InetAddress#getAllByName}, or one that tests decide. */
    interface Resolver {
        InetAddress[] resolve(String host) throws java.net.UnknownHostException;
    }

    Lookups(Resolver resolver) {
        this.resolver = resolver;
    }

    List<InetAddress> find(String host, Deadline deadline) throws RegistryException {
        InetAddress literal = Cidr.literal(host);
        if (literal != null) {
            return List.of(literal);
        }
        try {
            Callable<InetAddress[]> work = () -> resolver.resolve(host);
            Future<InetAddress[]> answer = threads.submit(work);
            return List.of(answer.get(deadline.millis(), TimeUnit.MILLISECONDS));
        } catch (RejectedExecutionException e) {
            throw new RegistryException(Refusal.BUSY, MAX_THREADS + " names are being looked up already");
        } catch (ExecutionException e) {
            throw new RegistryException(Refusal.UNREACHABLE, "no address is known for " + host);
        } catch (TimeoutException e) {
            throw deadline.late();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryException(Refusal.TOO_LATE, "interrupted");
        }
    }
}
