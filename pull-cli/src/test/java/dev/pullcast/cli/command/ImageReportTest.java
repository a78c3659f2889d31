// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.cli.discover.found.Findings;
import dev.pullcast.cli.discover.found.FoundImage;
import dev.pullcast.cli.discover.found.Place;
import dev.pullcast.cli.discover.found.Position;
import dev.pullcast.cli.discover.found.SourceKind;
import dev.pullcast.cli.discover.found.WhenToPull;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImageReportTest {
    private final Findings findings = new Findings();

    private static Place place(int line) {
        return new Place(SourceKind.KUBERNETES, new Position("pod.yaml", line, 7), "spec.containers[0].image");
    }

    private String json() {
        StringWriter out = new StringWriter();
        ImageReport.json(findings.found(), null, new PrintWriter(out, true));
        return out.toString();
    }

    @Test
    void anImageIsALineOfOneArrayWithItsCanonicalReferenceAndItsPlaces() {
        findings.add(FoundImage.at(place(3), "alpine")
                .on("linux/arm64")
                .pulled(WhenToPull.IF_NOT_PRESENT)
                .with(List.of("regcred")));
        findings.add(FoundImage.at(place(9), "alpine").on("linux/arm64"));
        findings.add(FoundImage.at(new Place(SourceKind.ARGUMENT, Position.of("Bad"), ""), "Bad")
                .asBuilt());
        assertThat(json()).isEqualTo("""
                        [{"image":"alpine","reference":"docker.io/library/alpine:latest","platform":"linux/arm64",\
                        "pullSecrets":["regcred"],"found":[{"kind":"kubernetes","file":"pod.yaml","line":3,"column":7,\
                        "path":"spec.containers[0].image"},{"kind":"kubernetes","file":"pod.yaml","line":9,"column":7,\
                        "path":"spec.containers[0].image"}]}
                        ,{"image":"Bad","invalid":"invalid image reference 'Bad': the repository name must be lower case",\
                        "built":true,"found":[{"kind":"argument","file":"Bad"}]}
                        ]
                        """);
    }

    @Test
    void thePolicyIsKubernetesWord() {
        findings.add(FoundImage.at(place(3), "a").pulled(WhenToPull.ALWAYS));
        findings.add(FoundImage.at(place(4), "b").pulled(WhenToPull.IF_NOT_PRESENT));
        findings.add(FoundImage.at(place(5), "c").pulled(WhenToPull.NEVER));
        assertThat(json())
                .contains("\"pullPolicy\":\"Always\"", "\"pullPolicy\":\"IfNotPresent\"", "\"pullPolicy\":\"Never\"");
    }

    @Test
    void nothingIsAnEmptyArray() {
        assertThat(json()).isEqualTo("[]\n");
    }
}
