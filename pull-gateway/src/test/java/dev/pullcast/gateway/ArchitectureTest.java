// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The house rules of this module. */
@AnalyzeClasses(packages = "dev.pullcast.gateway", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule PACKAGES_ARE_ACYCLIC =
            slices().matching("dev.pullcast.gateway.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule KAFKA_STAYS_WHERE_RECORDS_COME_IN_AND_GO_OUT = noClasses()
            .that()
            .resideOutsideOfPackages("..enqueue..", "..coordinator..", "..feed..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.kafka..", "io.vertx.kafka..");

    @ArchTest
    static final ArchRule ONLY_THE_API_SPEAKS_HTTP = noClasses()
            .that()
            .resideOutsideOfPackages("..gateway.api..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.vertx.ext.web..", "io.vertx.core.http..");

    @ArchTest
    static final ArchRule THE_FLEET_IS_PURE = noClasses()
            .that()
            .resideInAPackage("..fleet..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.vertx..", "org.apache.kafka..", "dev.pullcast.gateway.feed..");

    @ArchTest
    static final ArchRule NOTHING_HAPPENS_UNDER_ANOTHER_CLOCK = noClasses()
            .that()
            .resideInAnyPackage("..fleet..", "..sse..", "..api..")
            .should()
            .callMethod(java.time.Instant.class, "now")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Thread.class, "sleep", long.class);
}
