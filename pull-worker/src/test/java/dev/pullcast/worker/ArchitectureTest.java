// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.pullcast.worker", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule packagesAreAcyclic =
            slices().matching("dev.pullcast.worker.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule kafkaIsKnownOnlyWhereRecordsAreReadOrWritten = noClasses()
            .that()
            .resideOutsideOfPackages("..presence..", "..intake..", "..publish..", "dev.pullcast.worker")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.kafka..", "io.vertx.kafka..");

    @ArchTest
    static final ArchRule onlyTheEnginePackageSpeaksHttpToTheEngine = noClasses()
            .that()
            .resideOutsideOfPackage("..engine..")
            .should()
            .dependOnClassesThat()
            .haveNameMatching("io\\.vertx\\.core\\.http\\.HttpClient.*");

    @ArchTest
    static final ArchRule everyAnswerOfARegistryIsReadByTheOneBoundedReader = noClasses()
            .that()
            .resideOutsideOfPackages("..registry..", "..presence..")
            .should()
            .dependOnClassesThat()
            .haveNameMatching("java\\.net\\.(Socket|URL|URLConnection|HttpURLConnection|http\\..*)")
            .because("what strangers answer must be bounded in bytes, number and time");

    @ArchTest
    static final ArchRule streamAndProgressAreFreeOfVertx = noClasses()
            .that()
            .resideInAnyPackage("..stream..", "..progress..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.vertx..");

    @ArchTest
    static final ArchRule noDrawerForOddsAndEnds =
            classes().should().resideOutsideOfPackages("..common..", "..util..", "..helper..", "..manager..");
}
