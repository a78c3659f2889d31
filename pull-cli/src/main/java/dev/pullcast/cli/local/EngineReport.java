// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.local;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.worker.EngineFacts;
import dev.pullcast.worker.engine.EngineDetails;
import dev.pullcast.worker.engine.EngineDetails.Downloads;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What was found out about an engine, for people and for programs.
 *
 * @param at where, as the client reached it
 */
public record EngineReport(EngineDetails details, String at) {
    private static final String UNKNOWN = "unknown";
    private static final double GIB = 1L << 30;

    /** One line of identity, then one for each thing; what could not be found out says so. */
    public List<String> lines() {
        EngineFacts facts = details.facts();
        return List.of(
                facts.kind() + ' ' + facts.version() + " (API " + facts.apiVersion() + ", " + facts.os() + '/'
                        + facts.arch() + ") at " + at,
                line("API", facts.apiVersion() + " in use; the engine speaks " + apiRange()),
                line("image store", (details.store() == null ? UNKNOWN : details.store() + driver())),
                line("data root", facts.dataRoot() == null ? UNKNOWN : facts.dataRoot() + ", " + free()),
                line("mirrors", mirrors()),
                line("insecure", orNone(String.join(", ", details.registries().insecure()))),
                line("downloads", downloads()));
    }

    private static String line(String name, String value) {
        return String.format(Locale.ROOT, "  %-12s %s", name, value);
    }

    private String apiRange() {
        return details.oldestApi() == null && details.newestApi() == null
                ? UNKNOWN
                : orUnknown(details.oldestApi()) + " to " + orUnknown(details.newestApi());
    }

    private String driver() {
        String driver = details.facts().storageDriver();
        return driver == null ? "" : ", driver " + driver;
    }

    private String free() {
        Long bytes = details.facts().freeBytes();
        return bytes == null
                ? "free space unknown (the folder is not visible from here)"
                : String.format(Locale.ROOT, "%.1f GiB free", bytes / GIB);
    }

    private String mirrors() {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(details.registries().mirrors())
                .forEach((registry, mirrors) -> text.append(text.isEmpty() ? "" : "; ")
                        .append(registry)
                        .append(": ")
                        .append(String.join(", ", mirrors)));
        return orNone(text.toString());
    }

    private String downloads() {
        Downloads downloads = details.downloads();
        return downloads == null
                ? UNKNOWN + " (the engine does not tell, and its process is not visible from here)"
                : downloads.most() + " layers at once (" + downloads.source() + ")";
    }

    private static String orUnknown(@Nullable String text) {
        return text == null ? UNKNOWN : text;
    }

    private static String orNone(String text) {
        return text.isEmpty() ? "none" : text;
    }

    /** One JSON object; null for what could not be found out. */
    public String json() {
        EngineFacts facts = details.facts();
        return new String(
                ContractJson.write(new Json(
                        facts.kind(),
                        facts.version(),
                        facts.apiVersion(),
                        details.oldestApi(),
                        details.newestApi(),
                        facts.os(),
                        facts.arch(),
                        at,
                        details.store() == null ? null : details.store().toString(),
                        facts.storageDriver(),
                        facts.dataRoot(),
                        facts.freeBytes(),
                        details.registries().mirrors(),
                        details.registries().insecure(),
                        details.downloads() == null ? null : details.downloads().most())),
                StandardCharsets.UTF_8);
    }

    @JsonPropertyOrder({"kind", "version", "apiVersion", "apiOldest", "apiNewest"})
    private record Json(
            String kind,
            String version,
            String apiVersion,
            @Nullable String apiOldest,
            @Nullable String apiNewest,
            String os,
            String arch,
            String at,
            @Nullable String store,
            @Nullable String storageDriver,
            @Nullable String dataRoot,
            @Nullable Long freeBytes,
            Map<String, List<String>> mirrors,
            List<String> insecureRegistries,
            @Nullable Integer maxConcurrentDownloads) {}
}
