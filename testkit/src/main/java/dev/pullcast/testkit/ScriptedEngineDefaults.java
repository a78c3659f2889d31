// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.testkit.EngineAct.End;
import dev.pullcast.testkit.EngineAct.Head;
import dev.pullcast.testkit.EngineAct.Say;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a {@link ScriptedEngine} answers where no script says otherwise: as Docker would, with the images it holds. */
final class ScriptedEngineDefaults {
    private ScriptedEngineDefaults() {}

    static EngineAnswer answer(EngineRequest request, String apiVersion, Map<ImageReference, String> images) {
        return switch (request.route()) {
            case PING -> ping(apiVersion);
            case VERSION -> EngineAnswer.json(200, """
                        {"Platform":{"Name":"Scripted Engine"},"Version":"28.0.0","ApiVersion":"%s","MinAPIVersion":"1.24",\
                        "Os":"linux","Arch":"amd64"}""".formatted(apiVersion));
            case INFO -> EngineAnswer.json(200, """
                        {"ID":"scripted","Driver":"overlay2","ServerVersion":"28.0.0","OSType":"linux","Architecture":"x86_64",\
                        "NCPU":2,"MemTotal":1073741824,"DockerRootDir":"/var/lib/docker","Name":"scripted"}""");
            case INSPECT -> inspect(request.imageName(), images);
            case TAG -> tag(request, images);
            case PULL ->
                EngineAnswer.error(
                        404,
                        "manifest for %s:%s not found: manifest unknown: manifest unknown"
                                .formatted(
                                        request.query().getOrDefault("fromImage", ""),
                                        request.query().getOrDefault("tag", "latest")));
            case OTHER -> EngineAnswer.error(404, "page not found");
        };
    }

    private static EngineAnswer ping(String apiVersion) {
        Map<String, String> headers = Map.of(
                "Api-Version", apiVersion,
                "Ostype", "linux",
                "Server", "Docker/28.0.0 (linux)",
                "Content-Type", "text/plain; charset=utf-8",
                "Content-Length", "2");
        return new EngineAnswer(List.of(new Head(200, "OK", headers, false), new Say(Bytes.of("OK")), new End()));
    }

    private static EngineAnswer inspect(String name, Map<ImageReference, String> images) {
        ImageReference found = find(name, images);
        if (found == null) {
            return EngineAnswer.error(404, "No such image: " + name);
        }
        String digest = Objects.requireNonNull(images.get(found));
        String repository = found.name();
        return EngineAnswer.json(200, """
                {"Id":"%s","RepoTags":[%s],"RepoDigests":["%s@%s"],"Size":1234,"Os":"linux","Architecture":"amd64"}""".formatted(
                digest, found.tag() == null ? "" : "\"" + repository + ":" + found.tag() + "\"", repository, digest));
    }

    private static @Nullable ImageReference find(String name, Map<ImageReference, String> images) {
        ImageReference asked;
        try {
            asked = ImageReference.parse(name);
        } catch (ImageReference.InvalidReference e) {
            return null;
        }
        return images.keySet().stream()
                .filter(held -> held.name().equals(asked.name()))
                .filter(held -> asked.digest() != null
                        ? asked.digest().equals(images.get(held))
                        : Objects.equals(asked.tag(), held.tag()))
                .findFirst()
                .orElse(null);
    }

    private static EngineAnswer tag(EngineRequest request, Map<ImageReference, String> images) {
        ImageReference source = find(request.imageName(), images);
        if (source == null) {
            return EngineAnswer.error(404, "No such image: " + request.imageName());
        }
        String target =
                request.query().getOrDefault("repo", "") + ":" + request.query().getOrDefault("tag", "latest");
        images.put(ImageReference.parse(target), Objects.requireNonNull(images.get(source)));
        return EngineAnswer.json(201, "");
    }
}
