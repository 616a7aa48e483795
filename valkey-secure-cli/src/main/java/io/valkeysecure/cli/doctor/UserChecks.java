package io.valkeysecure.cli.doctor;

import io.valkeysecure.cli.base.Passwords;
import io.valkeysecure.cli.doctor.report.Check;
import io.valkeysecure.cli.resp.Reply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Judges users by what the server itself says that they may do. */
final class UserChecks {
    private static final String CURE = " -@admin -@dangerous +info +role, in the aclfile";

    private final Session session;
    private final NodeFindings seen;
    private final CheckResults results;
    private final String applicationUser;
    private final Map<String, Powers> known = new HashMap<>();

    UserChecks(Session session, NodeFindings seen, CheckResults results, String applicationUser) {
        this.session = session;
        this.seen = seen;
        this.results = results;
        this.applicationUser = applicationUser;
    }

    /** What users may do who are on, as far as the server told; known after the look. */
    Map<String, Powers> powers() {
        return known;
    }

    void look(boolean sentinel) throws IOException {
        Optional<Reply> names = session.reply("ACL", "USERS");
        if (names.isEmpty()) {
            notMade(session.refusal());
            return;
        }
        String loggedIn = session.ask("ACL", "WHOAMI").orElse("");
        Set<String> renamed = sentinel ? Set.of() : renamed(); // a sentinel has few commands
        Optional<String> untold = Optional.empty();
        List<String> users =
                Replies.elements(names.get()).stream().map(Replies::text).toList();
        for (String name : users) {
            Optional<Reply> told = session.reply("ACL", "GETUSER", name);
            Optional<AclUser> user = told.flatMap(reply -> AclUser.of(name, reply));
            if (user.isEmpty()) {
                notMade(told.isEmpty() ? session.refusal() : "ACL GETUSER does not tell whether " + name + " is on");
                return;
            }
            Optional<String> because = look(user.get(), name.equals(loggedIn), renamed);
            untold = untold.or(() -> because);
        }
        if (users.isEmpty()) {
            notMade("ACL USERS tells no user");
            return;
        }
        results.passed(Check.DEFAULT_USER_OPEN, Check.USER_PASSWORDLESS);
        if (untold.isPresent()) {
            results.notMade(untold.get(), CheckResults.OF_POWERS);
        } else {
            results.passed(CheckResults.OF_POWERS);
        }
    }

    private void notMade(String because) {
        results.notMade(because, CheckResults.OF_USERS);
        results.notMade(because, Check.DEFAULT_USER_OPEN);
    }

    /** {@return why it is not known what the user may do; empty if it is} */
    private Optional<String> look(AclUser user, boolean isLoggedIn, Set<String> renamed) throws IOException {
        String fact = "user " + user.name();
        if (!user.isOn()) {
            seen.facts().put(fact, "off");
            return Optional.empty();
        }
        passwords(user);
        try {
            Powers powers = Powers.of(session.replies(Powers.questions(user.name())), renamed);
            known.put(user.name(), powers);
            seen.facts().put(fact, user.scope() + ", may: " + may(powers));
            if (user.isDefault()) {
                defaultUser(user, powers);
            }
            if (!(user.isDefault() && powers.all())
                    && (!isLoggedIn || user.name().equals(applicationUser))) {
                judge(user, powers);
            }
            return Optional.empty();
        } catch (Powers.UntoldException e) {
            seen.facts().put(fact, user.scope());
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private static String may(Powers powers) {
        return powers.all() ? "everything" : powers.open().isEmpty() ? "nothing dangerous" : list(powers);
    }

    private static String list(Powers powers) {
        return String.join(", ", powers.open()).toUpperCase(Locale.ROOT).replace('|', ' ');
    }

    private void passwords(AclUser user) {
        String name = "user " + user.name();
        if (user.isWithoutPassword()) {
            if (user.isDefault()) {
                seen.add(Check.DEFAULT_USER_OPEN, "user default on nopass");
            } else {
                seen.add(Check.USER_PASSWORDLESS.on(
                        seen.target(), name + " nopass", name + " resetpass #SHA256-OF-A-PASSWORD, in the aclfile"));
            }
        } else if (user.digests().stream().anyMatch(digest -> Passwords.isCommon(digest, user.name()))) {
            seen.add(Check.PASSWORD_WEAK.on(
                    seen.target(),
                    "the password of " + name + " is a common one",
                    name + " resetpass #SHA256-OF-A-PASSWORD, in the aclfile"));
        }
    }

    private void defaultUser(AclUser user, Powers powers) {
        if (user.isWithoutPassword()) {
            return; // everything is open, which is the worse finding
        }
        seen.add(
                powers.all() ? Check.DEFAULT_USER_ALL_POWERFUL : Check.DEFAULT_USER_ON,
                "user default on, with a password; may: " + may(powers));
    }

    /** The administrator who looks is not told that he is one. */
    private void judge(AclUser user, Powers powers) {
        String name = "user " + user.name();
        if (powers.all()) {
            seen.add(Check.USER_ALL_POWERFUL.on(
                    seen.target(), name + " may do everything, " + user.scope(), name + " +@all" + CURE));
        } else if (!powers.open().isEmpty() && !powers.isOfReplicaOrSentinel()) {
            seen.add(Check.USER_DANGEROUS_COMMANDS.on(
                    seen.target(), name + " may: " + list(powers) + "; " + user.scope(), name + CURE));
        }
    }

    /** ACL DRYRUN knows commands by their names of today, which are told nowhere. */
    private Set<String> renamed() throws IOException {
        List<String> names = Powers.names();
        List<String> question = new ArrayList<>(List.of("COMMAND", "INFO"));
        question.addAll(names);
        Optional<Reply> answer = session.reply(question.toArray(new String[0]));
        if (answer.isEmpty()) {
            return Set.copyOf(
                    names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList());
        }
        List<Reply> told = Replies.elements(answer.get());
        List<Reply> listed =
                session.reply("COMMAND", "LIST").map(Replies::elements).orElse(List.of());
        Set<String> present = new HashSet<>(listed.stream().map(Replies::text).toList());
        Set<String> renamed = new HashSet<>();
        List<String> gone = new ArrayList<>();
        for (int i = 0; i < names.size() && i < told.size(); i++) {
            if (Replies.elements(told.get(i)).isEmpty()) {
                gone.add(names.get(i));
                if (present.contains(names.get(i).toLowerCase(Locale.ROOT))) {
                    renamed.add(names.get(i).toLowerCase(Locale.ROOT));
                }
            }
        }
        if (!gone.isEmpty()) {
            seen.facts().put("commands renamed or removed", String.join(" ", gone));
        }
        return Set.copyOf(renamed);
    }
}
