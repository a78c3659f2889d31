/** Tests that the schemas, examples and API documents say what the records do. */
@NullMarked
package dev.pullcast.contract.documents;

import org.jspecify.annotations.NullMarked;
