// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.pullcast", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule packagesAreAcyclic =
            slices().matching("dev.pullcast.contract.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule kafkaIsOptional = noClasses()
            .that()
            .resideOutsideOfPackage("dev.pullcast.contract.kafka..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.kafka..")
            .because("programs without Kafka, as pullcast pull, use the contract too");

    @ArchTest
    static final ArchRule cryptographyIsOptional = noClasses()
            .that()
            .resideOutsideOfPackage("dev.pullcast.contract.sealed..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.nimbusds..")
            .because("only who seals or opens credentials needs it");

    @ArchTest
    static final ArchRule nothingElseIsNeeded = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..",
                    "javax.crypto..",
                    "dev.pullcast.contract..",
                    "com.fasterxml.jackson.annotation..",
                    "tools.jackson..",
                    "org.apache.kafka..",
                    "com.nimbusds.jose..",
                    "org.jspecify.annotations..")
            .because("the contract is everybody's and depends on nothing of ours");
}
