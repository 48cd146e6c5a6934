namespace AiGateway.Tests.Configuration;

/// <summary>Keys and values that the binder refuses: message, line and column of each class of error.</summary>
public sealed class ValueErrorTests
{
    [Theory]
    [InlineData("retrys: {}", "10:1: Unknown key 'retrys' at the top of the file. Did you mean 'retries'? Allowed: host, providers, deployments, aliases, callers, limits, budgets, webhooks, timeouts, retries, breaker, body_limits, files, realtime, cors, unknown_price, unknown_price_as, prices, tags, currencies.")]
    [InlineData("retries: {maxAttempts: 3}", "10:11: Unknown key 'maxAttempts' in 'retries'. Did you mean 'max_attempts'? Allowed: max_attempts, max_per_deployment, base_delay, max_delay.")]
    [InlineData("timeouts: {first-byte: 3s}", "10:12: Unknown key 'first-byte' in 'timeouts'. Did you mean 'first_byte'? Allowed: connect, first_byte, idle, total.")]
    [InlineData("timeouts: {whatever: 3s}", "10:12: Unknown key 'whatever' in 'timeouts'. Allowed: connect, first_byte, idle, total.")]
    public void UnknownKey_NamesTheNearestAndAllAllowed(string more, string expected) => Single(more, expected);

    [Theory]
    [InlineData("retries: [3]", "10:10: 'retries' must be a mapping with the keys max_attempts, max_per_deployment, base_delay, max_delay, but a list stands here.")]
    [InlineData("retries: 3", "10:10: 'retries' must be a mapping with the keys max_attempts, max_per_deployment, base_delay, max_delay, but a single value stands here.")]
    [InlineData("retries: {max_attempts: [3]}", "10:25: 'retries.max_attempts' must be a whole number from 1 to 20, but a list stands here.")]
    [InlineData("retries:\n  max_attempts:", "11:16: 'retries.max_attempts' has no value. Give a whole number from 1 to 20, or remove the key to use the default.")]
    [InlineData("cors: {origins: https://a.example}", "10:17: 'cors.origins' must be a list, but a single value stands here. Write '- ' before each item, or [a, b].")]
    [InlineData("prices: [a]", "10:9: 'prices' must be a mapping of names to values, but a list stands here.")]
    [InlineData("prices: {a b/c: {input: 1}}", "10:10: A name in 'prices' may have at most 200 characters and no blanks or control characters.")]
    [InlineData("host: {drain_timeout: ''}", "10:23: 'host.drain_timeout' must be a duration from 0 to 1h, such as 500ms, 1.5s, 5m or 1h: '' is not a duration.")]
    public void WrongKindOfValue_SaysWhatStandsThere(string more, string expected) => Single(more, expected);

    [Theory]
    [InlineData("retries: {max_attempts: three}", "10:25: 'retries.max_attempts' must be a whole number from 1 to 20: 'three' is not a whole number.")]
    [InlineData("retries: {max_attempts: 1.5}", "10:25: 'retries.max_attempts' must be a whole number from 1 to 20: '1.5' is not a whole number.")]
    [InlineData("retries: {max_attempts: 21}", "10:25: 'retries.max_attempts' must be a whole number from 1 to 20: '21' is out of range.")]
    [InlineData("retries: {max_attempts: 0}", "10:25: 'retries.max_attempts' must be a whole number from 1 to 20: '0' is out of range.")]
    [InlineData("retries: {max_attempts: 99999999999999999999}", "10:25: 'retries.max_attempts' must be a whole number from 1 to 20: '99999999999999999999' is not a whole number.")]
    [InlineData("breaker: {failure_ratio: 1.5}", "10:26: 'breaker.failure_ratio' must be a number from 0.01 to 1: '1.5' is out of range.")]
    [InlineData("breaker: {failure_ratio: NaN}", "10:26: 'breaker.failure_ratio' must be a number from 0.01 to 1: 'NaN' is not a number.")]
    [InlineData("breaker: {window: 100ms}", "10:19: 'breaker.window' must be a duration from 500ms to 1d, such as 500ms, 1.5s, 5m or 1h: '100ms' is out of range.")]
    [InlineData("breaker: {minimum_attempts: 1}", "10:29: 'breaker.minimum_attempts' must be a whole number from 2 to 1,000,000: '1' is out of range.")]
    public void Number_OutOfRangeOrNone(string more, string expected) => Single(more, expected);

    [Theory]
    [InlineData("timeouts: {idle: 5 bananas}", "10:18: 'timeouts.idle' must be a duration from 1ms to 1d, such as 500ms, 1.5s, 5m or 1h: '5 bananas' is not a duration.")]
    [InlineData("timeouts: {idle: 30}", "10:18: 'timeouts.idle' must be a duration from 1ms to 1d, such as 500ms, 1.5s, 5m or 1h: '30' has no unit. Write ms, s, m, h or d behind the number.")]
    [InlineData("timeouts: {idle: -5s}", "10:18: 'timeouts.idle' must be a duration from 1ms to 1d, such as 500ms, 1.5s, 5m or 1h: '-5s' is not a duration.")]
    [InlineData("timeouts: {idle: 99999999999h}", "10:18: 'timeouts.idle' must be a duration from 1ms to 1d, such as 500ms, 1.5s, 5m or 1h: '99999999999h' is out of range.")]
    [InlineData("body_limits: {json: 20XB}", "10:21: 'body_limits.json' must be a size from 1KiB to 1GiB, such as 512KB, 20MB or 1MiB: '20XB' is not a size.")]
    [InlineData("body_limits: {json: 20GB}", "10:21: 'body_limits.json' must be a size from 1KiB to 1GiB, such as 512KB, 20MB or 1MiB: '20GB' is out of range.")]
    [InlineData("prices: {a/b: {input: 1e-3}}", "10:23: 'prices.a/b.input' must be a decimal number from 0 to 1,000,000, such as \"0.15\": '1e-3' is not a decimal number (write digits and a point, no exponent, no currency).")]
    [InlineData("prices: {a/b: {input: $1}}", "10:23: 'prices.a/b.input' must be a decimal number from 0 to 1,000,000, such as \"0.15\": '$1' is not a decimal number (write digits and a point, no exponent, no currency).")]
    [InlineData("prices: {a/b: {discount: 15}}", "10:26: 'prices.a/b.discount' must be a decimal number from 0 to 1, such as \"0.15\": '15' is out of range.")]
    public void UnitsAndMoney_AreChecked(string more, string expected) => Single(more, expected);

    [Theory]
    [InlineData("expires: 2027-13-01", "'2027-13-01' is neither. A time needs its zone: Z for UTC, or +02:00.")]
    [InlineData("expires: 2027-01-01T00:00:00", "'2027-01-01T00:00:00' is neither. A time needs its zone: Z for UTC, or +02:00.")]
    [InlineData("disabled: yes", "'yes' is neither.")]
    public void DatesAndBooleans_AreChecked(string line, string expected)
    {
        var error = Assert.Single(Loading.Errors(Yaml.With($"callers:\n  - id: a\n    key_hash: sha256:{new string('a', 64)}\n    {line}\n")));
        Assert.StartsWith("gateway.yaml:13:", error, StringComparison.Ordinal);
        Assert.EndsWith(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void UnknownWord_NamesTheNearestAndAllAllowed()
    {
        var errors = Loading.Errors(Yaml.Minimal.Replace("[{deployments: [sim]}]", "[{strategy: least-busi, deployments: [sim]}]", StringComparison.Ordinal));
        Assert.Equal(["gateway.yaml:9:25: 'aliases.chat.groups[0].strategy' must be weighted, least_busy, lowest_latency, cheapest or ordered: 'least-busi' is not known. Did you mean 'least_busy'?"], errors);
    }

    [Fact]
    public void SeveralErrors_AllComeAtOnceInTheOrderOfTheFile()
    {
        var errors = Loading.Errors(Yaml.With("""
            retries: {max_attempts: 99, base_delay: soon}
            timeouts: {conect: 1s}
            callers:
              - id: a
            """));
        Assert.Equal(4, errors.Length);
        Assert.StartsWith("gateway.yaml:10:25:", errors[0], StringComparison.Ordinal);
        Assert.StartsWith("gateway.yaml:10:41:", errors[1], StringComparison.Ordinal);
        Assert.StartsWith("gateway.yaml:11:12:", errors[2], StringComparison.Ordinal);
        Assert.StartsWith("gateway.yaml:13:5:", errors[3], StringComparison.Ordinal);
    }

    private static void Single(string more, string expected) => Assert.Equal(["gateway.yaml:" + expected], Loading.Errors(Yaml.With(more + "\n")));
}
