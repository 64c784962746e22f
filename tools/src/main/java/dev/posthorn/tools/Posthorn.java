package dev.posthorn.tools;

/** Stands in for the command line until it is there. */
public final class Posthorn {
    private Posthorn() {}

    public static void main(String[] args) {
        System.out.println("posthorn: no commands yet");
        System.exit(args.length == 0 || args[0].equals("--help") ? 0 : 2);
    }
}
