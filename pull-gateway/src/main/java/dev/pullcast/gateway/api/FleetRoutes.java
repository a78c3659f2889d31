// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.view.WorkerDetail;
import dev.pullcast.contract.view.WorkerView;
import dev.pullcast.gateway.feed.EventFeed;
import dev.pullcast.gateway.fleet.FleetView;
import dev.pullcast.gateway.fleet.Subject;
import dev.pullcast.gateway.security.ProjectScope;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Function;
import java.util.function.Predicate;

/** Hop 0: who is there, and who has what. */
final class FleetRoutes {
    private final EventFeed feed;

    FleetRoutes(EventFeed feed) {
        this.feed = feed;
    }

    void workers(RoutingContext context) {
        boolean all = Access.visible(context).everything();
        answer(
                context,
                fleet -> all
                        ? fleet.workers()
                        : fleet.workers().stream().map(WorkerView::limited).toList());
    }

    /** A worker with what it has to do; what it has to do for whom is where its pulls are chosen. */
    void worker(RoutingContext context) {
        String id = Requests.id(context);
        ProjectScope visible = Access.visible(context);
        FeedReady.whenCaughtUp(
                feed,
                context,
                () -> feed.ask(state -> state.fleet().worker(id, within(visible)))
                        .map(found -> visible.everything() ? found : found.map(WorkerDetail::limited))
                        .onSuccess(found -> found.ifPresentOrElse(
                                worker -> Requests.json(context, 200, worker),
                                () -> Problem.of(404, "There is no worker " + id + ".")
                                        .answer(context))));
    }

    /** Who was seen with an image. */
    void images(RoutingContext context) {
        String text = String.valueOf(context.queryParams().get("reference"));
        ImageReference reference;
        try {
            reference = ImageReference.parse(text);
        } catch (ImageReference.InvalidReference e) {
            Requests.badParameter(context, "reference: " + e.getMessage());
            return;
        }
        ProjectScope visible = Access.visible(context);
        answer(context, fleet -> fleet.image(reference, within(visible)));
    }

    /** What stands for good. */
    void sets(RoutingContext context) {
        ProjectScope visible = Access.visible(context);
        answer(context, fleet -> fleet.sets(within(visible)));
    }

    private static Predicate<Subject> within(ProjectScope visible) {
        return subject -> visible.covers(subject.project());
    }

    private void answer(RoutingContext context, Function<FleetView, Object> question) {
        FeedReady.whenCaughtUp(
                feed,
                context,
                () -> feed.ask(state -> question.apply(state.fleet()))
                        .onSuccess(found -> Requests.json(context, 200, found)));
    }
}
