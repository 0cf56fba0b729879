package io.duet.engineio;

import io.netty.channel.Channel;
import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.AttributeKey;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Who the client is: the peer of the connection or, if that is a trusted proxy, whom it speaks for: the source that its PROXY protocol header
 * names, then {@code X-Forwarded-For}, else {@code Forwarded} (RFC 7239). Read from the right: the first address that is no trusted proxy. What
 * a client writes into these headers itself stands further left and is never reached. If no proxy is named as trusted, that header is believed
 * whoever sends it, and no other.
 */
final class ClientAddress {
    /** The source that a PROXY protocol header names; set before the first request. */
    static final AttributeKey<String> PROXIED = AttributeKey.valueOf(ClientAddress.class, "proxied");

    private final List<IpSubnetFilterRule> trusted;

    private ClientAddress(List<IpSubnetFilterRule> trusted) {
        this.trusted = trusted;
    }

    /**
     * A resolver that trusts proxies in these networks.
     *
     * @param networks addresses, or networks as {@code 10.0.0.0/8}
     * @throws IllegalArgumentException if one is neither
     */
    static ClientAddress trusting(Collection<String> networks) {
        List<IpSubnetFilterRule> rules = new ArrayList<>();
        for (String network : networks) {
            rules.add(rule(network));
        }
        return new ClientAddress(rules);
    }

    String of(Channel channel, Map<String, String> headers) {
        String peer = peer(channel);
        // Asked first: reading an attribute that is not there makes it.
        String proxied = channel.hasAttr(PROXIED) ? channel.attr(PROXIED).get() : null;
        if (proxied != null && (trusted.isEmpty() || isTrusted(peer))) {
            peer = proxied;
        }
        if (trusted.isEmpty() || !isTrusted(peer)) {
            return peer;
        }
        String client = peer;
        for (String hop : hops(headers)) {
            if (!NetUtil.isValidIpV4Address(hop) && !NetUtil.isValidIpV6Address(hop)) {
                return client;
            }
            client = hop;
            if (!isTrusted(hop)) {
                return client;
            }
        }
        return client;
    }

    private boolean isTrusted(String address) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address);
        if (bytes == null) {
            return false;
        }
        try {
            InetSocketAddress socketAddress = new InetSocketAddress(InetAddress.getByAddress(bytes), 0);
            return trusted.stream().anyMatch(rule -> rule.matches(socketAddress));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("address of " + bytes.length + " bytes", e);
        }
    }

    /** From the nearest to the farthest. */
    private static List<String> hops(Map<String, String> headers) {
        List<String> hops = new ArrayList<>();
        String forwardedFor = headers.get("x-forwarded-for");
        if (forwardedFor != null) {
            Arrays.stream(forwardedFor.split(",", -1)).map(ClientAddress::bare).forEach(hops::add);
        } else {
            for (String element : headers.getOrDefault("forwarded", "").split(",", -1)) {
                for (String pair : element.split(";", -1)) {
                    if (pair.trim().regionMatches(true, 0, "for=", 0, 4)) {
                        hops.add(bare(pair.trim().substring(4)));
                    }
                }
            }
        }
        Collections.reverse(hops);
        return hops;
    }

    /** Without quotes, brackets and port. */
    private static String bare(String node) {
        String text = node.trim().replace("\"", "");
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            return end < 0 ? text : text.substring(1, end);
        }
        int colon = text.indexOf(':');
        return colon >= 0 && colon == text.lastIndexOf(':') ? text.substring(0, colon) : text;
    }

    private static String peer(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress address && address.getAddress() != null
                ? address.getAddress().getHostAddress()
                : "";
    }

    private static IpSubnetFilterRule rule(String network) {
        String[] parts = network.split("/", -1);
        byte[] address = NetUtil.createByteArrayFromIpAddressString(parts[0]);
        try {
            if (address != null && parts.length <= 2) {
                int bits = parts.length == 2 ? Integer.parseInt(parts[1]) : address.length * 8;
                return new IpSubnetFilterRule(parts[0], bits, IpFilterRuleType.ACCEPT);
            }
        } catch (IllegalArgumentException e) {
            // Said below, as of any other text that is none.
        }
        throw new IllegalArgumentException(
                "trusted proxy: " + network + " (expected: an address, or a network as 10.0.0.0/8)");
    }
}
