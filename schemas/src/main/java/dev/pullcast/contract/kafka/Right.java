// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.kafka;

import java.util.Locale;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * One thing that a principal must be allowed to do in Kafka. {@code READ} and {@code WRITE} include {@code DESCRIBE}, as
 * Kafka has it.
 *
 * @param operation what is done
 * @param resource to what kind of thing
 * @param name of the thing, or how its name begins
 * @param pattern {@code LITERAL}, or {@code PREFIXED} for all names that begin so
 */
public record Right(AclOperation operation, ResourceType resource, String name, PatternType pattern) {
    /** On the thing of that name alone. */
    static Right on(ResourceType resource, String name, AclOperation operation) {
        return new Right(operation, resource, name, PatternType.LITERAL);
    }

    /** For people: {@code Read on topic pull.tasks}. */
    public String text() {
        return capital(operation.name()) + " on " + what() + ' ' + name + (pattern == PatternType.PREFIXED ? "*" : "");
    }

    /** What is granted, for Kafka's admin client; from any host. */
    public AclBinding grantedTo(String principal) {
        return new AclBinding(
                new ResourcePattern(resource, name, pattern),
                new AccessControlEntry(principal, "*", operation, AclPermissionType.ALLOW));
    }

    /** The command that grants it; {@code User:NAME} and the servers are left to whoever runs it. */
    public String command() {
        if (resource == ResourceType.CLUSTER) {
            return "kafka-acls.sh --add --allow-principal User:NAME --operation " + capital(operation.name())
                    + " --cluster";
        }
        String option = resource == ResourceType.TRANSACTIONAL_ID ? "transactional-id" : what();
        return "kafka-acls.sh --add --allow-principal User:NAME --operation " + capital(operation.name()) + " --"
                + option + ' ' + name
                + (pattern == PatternType.PREFIXED ? " --resource-pattern-type prefixed" : "");
    }

    private String what() {
        return resource.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String capital(String name) {
        return name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return text();
    }
}
