namespace Worker.Learning.Tests;
public class PlaceholderTests { [Fact] public void Root_is_found() => Assert.True(File.Exists(Path.Combine(Testing.Repository.Root, "Worker.sln"))); }
