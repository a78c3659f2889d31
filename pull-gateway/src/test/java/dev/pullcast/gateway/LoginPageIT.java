// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.testkit.BlockedEventLoops;
import dev.pullcast.testkit.Browser;
import dev.pullcast.testkit.TestKafka;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Chromium before a gateway that wants to know who it is. */
class LoginPageIT {
    @RegisterExtension
    final TestKafka kafka = new TestKafka();

    @RegisterExtension
    final BlockedEventLoops loops = new BlockedEventLoops();

    @TempDir
    Path dir;

    @Test
    void leads_from_the_dashboard_to_the_login_and_back_and_shows_only_ones_own_projects() {
        TokensFile tokens = new TokensFile(dir).add("ada", "read:alpha");
        TwoProjects projects = new TwoProjects(kafka);
        projects.running("alpha");
        projects.running(TwoProjects.MARK);
        try (GatewayFixture gateways = new GatewayFixture(loops.vertx(), kafka);
                Browser browser = Browser.start()) {
            String url = "http://127.0.0.1:" + gateways.start(tokens.setting()).port();
            browser.open(url + "/");
            browser.await("the login", () -> browser.count("#token") == 1);

            browser.type("#token", "pct_wrong");
            browser.click("#login button");
            browser.await("a refusal", () -> browser.text("#problem").contains("not known"));

            browser.run("document.getElementById('token').value = ''");
            browser.type("#token", tokens.token("ada"));
            browser.click("#login button");
            browser.await("the stream", () -> browser.text("#connection").startsWith("Live"));
            browser.await("the job", () -> browser.text("main").contains("alpha-image"));
            assertThat(browser.text("main")).doesNotContain(TwoProjects.MARK);
            assertThat(browser.run("return document.cookie")).isEqualTo("");
            assertThat(String.valueOf(browser.run("return location.pathname"))).isEqualTo("/");
        }
    }
}
