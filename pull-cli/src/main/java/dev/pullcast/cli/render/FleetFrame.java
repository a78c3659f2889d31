// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import dev.pullcast.contract.view.WorkerView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The picture of everything behind a gateway: who lives, a line for each job, and below running jobs as many of their
 * pulls as there is room for. A pure function; no line is wider than the terminal and there are not more than it has.
 */
public final class FleetFrame {
    private static final int BAR = 24;
    private static final int BAR_FROM_WIDTH = 78;
    private static final int ID_IN_NARROW = 13;

    private final Screen screen;

    private FleetFrame(Screen screen) {
        this.screen = screen;
    }

    /**
     * The lines to show.
     *
     * @param now for countdowns, UTC
     */
    public static List<String> of(Fleet fleet, Screen screen, Instant now) {
        FleetFrame frame = new FleetFrame(screen);
        List<String> lines = new ArrayList<>();
        lines.add(frame.head(fleet));
        int room = Math.max(1, screen.size().height() - 2);
        List<Fleet.Job> jobs = fleet.jobs();
        for (int i = 0; i < jobs.size() && lines.size() <= room; i++) {
            Fleet.Job job = jobs.get(i);
            lines.add(frame.row(job));
            // Every job that follows is to keep its line.
            int left = room - lines.size() - Math.min(jobs.size() - i - 1, room / 2);
            if (job.end() == null && left >= 2) {
                List<PullLine> open = job.board().lines().stream()
                        .filter(line -> !line.isDone())
                        .toList();
                Screen inner = new Screen(
                        new Size(
                                Math.max(1, screen.size().width() - 2),
                                screen.size().height()),
                        screen.look(),
                        screen.layers());
                LiveFrame.rowsOf(open, left - 1, inner, now).forEach(line -> lines.add("  " + line));
            }
        }
        return lines.subList(0, Math.min(lines.size(), room + 1));
    }

    private String head(Fleet fleet) {
        List<WorkerView> workers = fleet.workers();
        long live = workers.stream().filter(WorkerView::live).count();
        long running = fleet.jobs().stream().filter(job -> job.end() == null).count();
        String gone = live == workers.size() ? "" : ", " + (workers.size() - live) + " gone";
        String text = live + (live == 1 ? " worker" : " workers") + gone + ", " + running
                + (running == 1 ? " job running" : " jobs running");
        String cut = Text.cut(text, screen.size().width(), screen.look());
        return gone.isEmpty() ? cut : screen.look().warning(cut);
    }

    private String row(Fleet.Job job) {
        Look look = screen.look();
        int width = screen.size().width();
        List<PullLine> pulls = job.board().lines();
        long done = pulls.stream().filter(PullLine::isDone).count();
        long failed = pulls.stream()
                .filter(line -> line.isDone() && !line.isPresent())
                .count();
        String id = width >= BAR_FROM_WIDTH ? job.id() : Text.cutStart(job.id(), ID_IN_NARROW, look);
        String counts = done + " of " + pulls.size() + " pulls" + (failed == 0 ? "" : ", " + failed + " failed");
        String end = job.end();
        if (end != null) {
            String text = Text.cut(
                    (job.isGood() ? look.tick() : look.cross()) + ' ' + id + ' ' + Text.oneLine(end) + ", " + counts,
                    width,
                    look);
            return job.isGood() ? look.good(text) : look.bad(text);
        }
        double percent = job.board().overall().percent();
        String left = id + ' ' + Text.padLeft((int) percent + "%", 4) + ' ';
        int barWidth = width >= BAR_FROM_WIDTH ? BAR : 0;
        String bar = barWidth == 0 ? "" : look.paintedBar(percent, barWidth) + ' ';
        int room = width - left.length() - (barWidth == 0 ? 0 : barWidth + 1);
        return Text.cut(left, width, look) + (room > 0 ? bar + Text.cut(counts, room, look) : "");
    }
}
