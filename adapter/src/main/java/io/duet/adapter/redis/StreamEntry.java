package io.duet.adapter.redis;

import java.util.List;

/**
 * One message in a stream, as Node's streams adapter writes it.
 *
 * @param uid of the sending adapter
 * @param type decimal
 * @param data JSON, or base64 of MessagePack; empty if the message has none
 * @param again the id that it had at a master that is gone; empty if it is written for the first time. Node takes no notice
 * @param isKept whether its sender has put it into the histories of its rooms; of which Node takes no notice
 */
record StreamEntry(String uid, String namespace, String type, String data, String again, boolean isKept) {
    /** One of Node's. */
    StreamEntry(String uid, String namespace, String type, String data) {
        this(uid, namespace, type, data, "", false);
    }

    StreamEntry kept() {
        return new StreamEntry(uid, namespace, type, data, again, true);
    }

    StreamEntry again(String id) {
        return new StreamEntry(uid, namespace, type, data, id, isKept);
    }

    /** From the fields of an entry, names and values in turn; in any order. */
    static StreamEntry of(List<?> fields) {
        String uid = "";
        String namespace = "";
        String type = "";
        String data = "";
        String again = "";
        boolean isKept = false;
        for (int i = 0; i + 1 < fields.size(); i += 2) {
            String value = String.valueOf(fields.get(i + 1));
            switch (String.valueOf(fields.get(i))) {
                case "uid" -> uid = value;
                case "nsp" -> namespace = value;
                case "type" -> type = value;
                case "data" -> data = value;
                case "again" -> again = StreamId.isOne(value) ? value : "";
                case "kept" -> isKept = true;
                default -> {
                    // A later version's.
                }
            }
        }
        return new StreamEntry(uid, namespace, type, data, again, isKept);
    }

    int sizeBytes() {
        return namespace.length() + data.length() + 128;
    }
}
