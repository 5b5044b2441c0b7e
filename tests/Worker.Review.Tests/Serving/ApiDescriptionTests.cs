using Worker.Review.Serving;

namespace Worker.Review.Tests.Serving;

public class ApiDescriptionTests
{
    [Fact]
    public async Task The_description_in_the_docs_is_the_apis_own() => Assert.True(
        await ApiDescription.Text(default) + "\n"
            == await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "openapi.json")),
        "docs/openapi.json is old: write it with 'eng/worker review api > docs/openapi.json'");
}
