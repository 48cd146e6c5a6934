using System.Text.Json;

namespace AiGateway.FunctionalTests.Hostile;

/// <summary>Ids of stored responses: they open for their own tenant only, as they were made only, and carry nothing else upstream.</summary>
[Collection(HostileTestGroup.Name)]
public sealed class StoredResponseTests(HostileGateway gateway)
{
    [Fact]
    public async Task OwnId_Opens_AndNobodyElses()
    {
        var id = await StoreAsync();
        Assert.Equal([200], (await gateway.SendAsync(Get($"/v1/responses/{id}"))).Statuses);
        await gateway.AssertRejectedAsync(Get($"/v1/responses/{id}", HostileGateway.OtherKey), 404, "not_found");
        await gateway.AssertRejectedAsync(HostileGateway.Request("", $"/v1/responses/{id}", "DELETE", HostileGateway.OtherKey), 404, "not_found");
        await gateway.AssertRejectedAsync(HostileGateway.Request("", $"/v1/responses/{id}/cancel", "POST", HostileGateway.OtherKey), 404, "not_found");
        var body = $$"""{"model":"a/gpt","input":"x","previous_response_id":"{{id}}"}""";
        await gateway.AssertRejectedAsync(HostileGateway.Request(body, "/v1/responses", key: HostileGateway.OtherKey), 400, "previous_response_not_found");
        Assert.Equal([200], (await gateway.SendAsync(Get($"/v1/responses/{id}"))).Statuses);
    }

    [Fact]
    public async Task TamperedIds_DoNotOpen()
    {
        var id = await StoreAsync();
        var before = await gateway.Simulator.Control.RequestsAsync();
        for (var position = 5; position < id.Length; position += Math.Max(1, id.Length / 40))
        {
            var other = id[position] == 'A' ? 'B' : 'A';
            var raw = await gateway.SendAsync(Get($"/v1/responses/{id[..position]}{other}{id[(position + 1)..]}"));
            Assert.Equal([404], raw.Statuses);
        }
        foreach (var wrong in (string[])[id[..^1], id + "A", id[5..], "resp_", "resp_abc", "resp_" + new string('A', 5000), "RESP_" + id[5..], id + "%00", id + "%20", id + "=", id.Insert(20, "%2f"), "..", "%2e%2e", "resp_..%2f..%2fmodels"])
        {
            var raw = await gateway.SendAsync(Get($"/v1/responses/{wrong}"));
            Assert.True(raw.Statuses is [404] or [400] or [405] || (raw.Statuses is [200] && wrong == ".."), $"{wrong}: {raw.Text}");
        }
        Assert.Equal(before, await gateway.Simulator.Control.RequestsAsync());
    }

    [Fact]
    public async Task LastCharacterOfAnId_HasOneSpelling()
    {
        // Base 64 leaves bits over at the end: another spelling of the same bytes must not open either, or one object had several names.
        var id = await StoreAsync();
        var opened = 0;
        foreach (var last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        {
            if ((await gateway.SendAsync(Get($"/v1/responses/{id[..^1]}{last}"))).Statuses is [200])
                opened++;
        }
        Assert.Equal(1, opened);
    }

    [Theory]
    [InlineData("?limit=5&order=asc&after=item_1", "limit=5&order=asc&after=item_1")]
    [InlineData("?api-version=evil&api-key=mine&key=mine&subscription-key=mine", "")]
    [InlineData("?limit=1%26api-key%3Dmine", "limit=1%26api-key%3Dmine")]
    [InlineData("?limit=1#f", "limit=1")]
    [InlineData("?include[]=a&include%5B%5D=b", "include%5B%5D=a&include%5B%5D=b")]
    public async Task QueryOfAStoredResponse_IsAClosedList(string query, string expected)
    {
        var id = await StoreAsync();
        var raw = await gateway.SendAsync(Get($"/v1/responses/{id}/input_items{query}"));
        Assert.Single(raw.Statuses);
        var last = await gateway.Simulator.Control.LastAsync();
        Assert.EndsWith("/input_items", last.GetProperty("path").GetString(), StringComparison.Ordinal);
        var sent = last.GetProperty("query").GetString() ?? "";
        if (!query.Contains('#', StringComparison.Ordinal))
            Assert.Equal(Uri.UnescapeDataString(expected), Uri.UnescapeDataString(sent.TrimStart('?')));
        Assert.DoesNotContain("api-key=", sent, StringComparison.Ordinal);
    }

    private static string Get(string path, string key = HostileGateway.Key) => HostileGateway.Request("", path, "GET", key, "Connection: close\r\n");

    private async Task<string> StoreAsync()
    {
        var answer = HttpText.Parse(await gateway.SendAsync(HostileGateway.Request("""{"model":"a/gpt","input":"hello"}""", "/v1/responses")));
        Assert.Equal(200, answer.Status);
        var id = JsonSerializer.Deserialize<JsonElement>(answer.Body).GetProperty("id").GetString()!;
        Assert.StartsWith("resp_", id, StringComparison.Ordinal);
        return id;
    }
}
