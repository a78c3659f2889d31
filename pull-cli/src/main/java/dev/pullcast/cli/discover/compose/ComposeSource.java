// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.compose;

import dev.pullcast.cli.discover.found.ComposeOptions;
import dev.pullcast.cli.discover.found.Findings;
import dev.pullcast.cli.discover.found.Position;
import dev.pullcast.cli.discover.found.SourceException;
import dev.pullcast.cli.discover.yaml.YamlNode.Mapping;
import dev.pullcast.cli.discover.yaml.YamlNode.Scalar;
import dev.pullcast.contract.text.VisibleText;
import java.io.InputStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The images of a project: those that {@code docker compose config --images} names, and those of image volumes. */
public final class ComposeSource {
    private final ComposeOptions options;
    private final Context context;
    private final Findings findings;

    /**
     * What a project has around it.
     *
     * @param folder the working directory
     * @param environment of the process
     * @param input what the file {@code -} means
     * @param whole whether the files must be a project of their own; not so for one that a scan came across, which may
     *     be made to be read with others
     */
    public record Context(Path folder, Map<String, String> environment, InputStream input, boolean whole) {}

    private ComposeSource(ComposeOptions options, Context context, Findings findings) {
        this.options = options;
        this.context = context;
        this.findings = findings;
    }

    /** Adds what the project names; what is wrong with it is a problem. */
    public static void read(ComposeOptions options, Context context, Findings findings) {
        ComposeSource source = new ComposeSource(options, context, findings);
        try {
            if (options.byDocker()) {
                DockerResolver.read(options, context, findings);
            } else {
                source.read();
            }
        } catch (SourceException e) {
            findings.problem(e);
        } catch (InvalidPathException e) {
            String file = options.files().isEmpty() ? "." : options.files().getFirst();
            findings.problem(
                    Position.of(file),
                    "'" + VisibleText.masked(e.getInput(), '?') + "' is no path on this machine: " + e.getReason());
        }
    }

    private void read() throws SourceException {
        Texts texts = new Texts(context.folder(), context.input());
        Project project = Project.of(options, context, texts, findings);
        ModelLoader loader = new ModelLoader(texts, findings);
        String name = name(project, loader);
        Mapping model = loader.load(
                project.files(), new ModelLoader.Scope(project.folder(), project.variablesWithName(name), List.of()));
        Services services = new Services(model);
        Map<String, Mapping> meant = services.meant(options.services(), project.profiles());
        ServiceImages images = ServiceImages.of(name, options.includeBuilt(), services.all(), findings);
        for (Map.Entry<String, Mapping> entry : meant.entrySet()) {
            if (context.whole()) {
                check(entry.getKey(), entry.getValue(), meant);
            }
            images.add(entry.getKey(), entry.getValue());
        }
    }

    /** Given, else what the last file that names the project says, else the folder's. */
    private static String name(Project project, ModelLoader loader) throws SourceException {
        String given = project.givenName();
        if (given != null) {
            return given;
        }
        Path folder = project.folder().getFileName();
        String name = folder == null ? "" : Project.normalised(folder.toString());
        ModelLoader.Scope scope = new ModelLoader.Scope(project.folder(), project.variables(), List.of());
        for (Path file : project.files()) {
            Scalar written = loader.name(file, scope);
            if (written != null && !Project.normalised(written.text()).isEmpty()) {
                name = Project.normalised(written.text());
            }
        }
        return name;
    }

    private static void check(String name, Mapping service, Map<String, Mapping> meant) throws SourceException {
        boolean hasImage =
                service.get("image") instanceof Scalar image && !image.text().isBlank();
        if (!hasImage && service.get("build") == null && service.get("provider") == null) {
            throw new SourceException(
                    service.at(), "the service '" + name + "' has neither an image nor a build to make one");
        }
        for (Map.Entry<String, Boolean> dependency :
                Services.dependencies(service).entrySet()) {
            if (dependency.getValue() && !meant.containsKey(dependency.getKey())) {
                Position at = service.at();
                throw new SourceException(
                        at,
                        "the service '" + name + "' depends on '" + dependency.getKey()
                                + "', which is not there or whose profile is not active");
            }
        }
    }
}
