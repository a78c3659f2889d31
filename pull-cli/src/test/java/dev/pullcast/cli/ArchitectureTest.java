// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.pullcast.cli", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule PACKAGES_ARE_ACYCLIC =
            slices().matching("dev.pullcast.cli.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule KAFKA_IS_KNOWN_TO_STANDALONE_ONLY = noClasses()
            .that()
            .resideOutsideOfPackage("dev.pullcast.cli.standalone..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.kafka..", "kafka..", "io.vertx.kafka..");

    @ArchTest
    static final ArchRule WHAT_STARTS_FAST_LOADS_NEITHER_VERTX_NOR_LOGGING_NOR_JAVA_NET_HTTP = noClasses()
            .that()
            .resideInAnyPackage("dev.pullcast.cli.render..", "dev.pullcast.cli.client..", "dev.pullcast.cli.discover..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.vertx..", "io.netty..", "org.slf4j..", "java.net.http..");

    @ArchTest
    static final ArchRule VERTX_HTTP_CLIENT_IS_NOT_FOR_COMMANDS =
            noClasses().should().dependOnClassesThat().haveFullyQualifiedName("io.vertx.core.http.HttpClient");

    @ArchTest
    static final ArchRule COMMANDS_DELEGATE_TO_WHAT_NEEDS_VERTX = noClasses()
            .that()
            .resideInAPackage("dev.pullcast.cli.command..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.vertx..", "org.apache.kafka..");
}
