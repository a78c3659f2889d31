/**
 * Beside hop 0: who asks, and what they may see. In: tokens as they came with a request, and files of tokens and keys
 * that are read again when they change. Out: a principal with roles and projects, or why there is none. Pure values and
 * checks that event loops call; files and the network are read elsewhere than on an event loop. When keys cannot be
 * fetched, what is known stays in force, and a token of an unknown key is answered "try again".
 */
@NullMarked
package dev.pullcast.gateway.security;

import org.jspecify.annotations.NullMarked;
