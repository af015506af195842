package import StationTrust

/// The effective configuration, as `--check-config` prints it: every key in its order, secrets not shown.
///
/// It is a configuration file itself, and read again it gives the same (but for the secrets).
extension Configuration {
    /// Every key with the value that it has.
    package var json: JSON {
        [
            "station": .string(station),
            "name": .string(name),
            "timeZone": .string(timeZone),
            "languages": .strings(languages),
            "groups": .strings(groups),
            "upstreams": .array(upstreams.map(\.json)),
            "inputs": .object(inputs.map { .init($0.name, .string($0.pcm)) }),
            "hours": .array(hours.map(\.json)),
            "output": [
                "device": .string(output.device),
                "rate": .number(output.rate),
                "channels": .number(output.channels),
                "bufferMilliseconds": .number(output.bufferMilliseconds),
            ],
            "amplifier": amplifier?.json ?? .null,
            "maximumBroadcastMinutes": .number(maximumBroadcastMinutes),
            "emergency": [
                "maximumMinutes": .number(emergency.maximumMinutes),
                "perDay": .number(emergency.perDay),
                "ceilingDecibels": .decimal(emergency.ceilingDecibels),
            ],
            "stopInput": .optional(stopInput?.description),
            "loudness": ["targetLufs": .decimal(loudness.targetLufs)],
            "clock": [
                "batteryBacked": .bool(clock.batteryBacked),
                "holdoverDays": .number(clock.holdoverDays),
            ],
            "network": network.json,
            "proof": proof?.json ?? .null,
            "storage": [
                "quotaBytes": .number(storage.quotaBytes),
                "reserveBytes": .number(storage.reserveBytes),
            ],
            "state": .string(state),
            "socket": .string(socket),
        ]
    }
}

extension Configuration.Upstream {
    fileprivate var json: JSON {
        [
            "name": .string(name),
            "url": .string(url),
            "root": .string(root),
            "rank": .number(rank),
            "classes": .strings(classes.map(\.rawValue)),
            "pollSeconds": .number(pollSeconds),
            "live": .bool(live),
            "liveHosts": .strings(liveHosts),
        ]
    }
}

extension Configuration.HoursBand {
    fileprivate var json: JSON {
        [
            "from": .string(from.description),
            "to": .string(to.description),
            "ceilingDecibels": .decimal(ceilingDecibels),
        ]
    }
}

extension Configuration.Amplifier {
    fileprivate var json: JSON {
        [
            "on": .strings(on),
            "off": .strings(off),
            "leadSeconds": .decimal(leadSeconds),
            "tailSeconds": .decimal(tailSeconds),
            "maximumMinutes": .number(maximumMinutes),
        ]
    }
}

extension Configuration.Network {
    fileprivate var json: JSON {
        [
            "bytesPerMonth": .number(bytesPerMonth),
            "bytesPerSecond": .number(bytesPerSecond),
            "proxy": .optional(proxy?.description),
            "caFile": .optional(caFile),
            "clientCertificate": .optional(clientCertificate),
            "clientKey": .optional(clientKey),
        ]
    }
}

extension Configuration.Proof {
    fileprivate var json: JSON {
        [
            "url": .string(url),
            "headers": .object(headers.map { .init($0.name, .string($0.value.description)) }),
            "uploadSeconds": .number(uploadSeconds),
        ]
    }
}

extension Configuration.StopInput: CustomStringConvertible {
    /// As it stands in the file.
    package var description: String {
        switch self {
        case .gpio(let chip, let line): "gpio:\(chip):\(line)"
        case .key(let device, let code): "key:\(device):\(code)"
        }
    }
}

extension JSON {
    fileprivate static func number(_ number: Int) -> JSON { .integer(Int64(number)) }
    fileprivate static func strings(_ strings: [String]) -> JSON { .array(strings.map { .string($0) }) }
    fileprivate static func optional(_ string: String?) -> JSON { string.map { .string($0) } ?? .null }
}
